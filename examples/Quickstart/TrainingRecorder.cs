using Microsoft.ML.Jem.Reporting;
using Microsoft.ML.Jem.Training;

namespace Quickstart;

/// <summary>Keeps what training reports, for its curves.</summary>
internal sealed class TrainingRecorder
{
    private readonly List<TrainingEpoch> _epochs = [];

    public IReadOnlyList<TrainingEpoch> Epochs => _epochs;

    /// <summary>Keeps each report and passes it on.</summary>
    public IProgress<TrainingProgress> Then(IProgress<TrainingProgress> next) => new Tee(_epochs, next);

    private sealed class Tee(List<TrainingEpoch> epochs, IProgress<TrainingProgress> next) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            epochs.Add(TrainingEpoch.From(value));
            next.Report(value);
        }
    }
}
