using Microsoft.ML.Data;
using Microsoft.ML.Jem.MLNet;
using Microsoft.ML.Jem.Training;

namespace Microsoft.ML.Jem;

public sealed partial class JemTrainer
{
    /// <summary>Settings of a <see cref="JemTrainer"/>: the columns here, the method in <see cref="JemTrainingOptions"/>.</summary>
    public sealed class Options : JemTrainingOptions
    {
        /// <summary>Name of the label column, a key. The default value is <c>"Label"</c>.</summary>
        public string LabelColumnName { get; set; } = DefaultColumnNames.Label;

        /// <summary>
        /// Name of the feature column: a known-size vector of <see cref="float"/>; where the network takes images, also images or a
        /// vector of <see cref="byte"/>. The default value is <c>"Features"</c>.
        /// </summary>
        public string FeatureColumnName { get; set; } = DefaultColumnNames.Features;

        /// <summary>Name of the example weight column (<see cref="float"/>, positive), or null, the default, for none.</summary>
        public string? ExampleWeightColumnName { get; set; }

        /// <summary>Name of the column for the predicted class. The default value is <c>"PredictedLabel"</c>.</summary>
        public string PredictedLabelColumnName { get; set; } = ScoreColumnNames.Default.PredictedLabel;

        /// <summary>Name of the column for the class probabilities. The default value is <c>"Score"</c>.</summary>
        public string ScoreColumnName { get; set; } = ScoreColumnNames.Default.Score;

        /// <summary>Name of the column for the energy. The default value is <c>"Energy"</c>.</summary>
        public string EnergyColumnName { get; set; } = ScoreColumnNames.Default.Energy;

        /// <summary>Name of the column for the out-of-distribution score. The default value is <c>"OodScore"</c>.</summary>
        public string OodScoreColumnName { get; set; } = ScoreColumnNames.Default.OodScore;

        internal ScoreColumnNames ScoreColumnNames =>
            new(PredictedLabelColumnName, ScoreColumnName, EnergyColumnName, OodScoreColumnName);

        internal override IEnumerable<string> Mistakes()
        {
            List<string> mistakes = [.. base.Mistakes()];
            (string Option, string Value)[] names =
            [
                (nameof(PredictedLabelColumnName), PredictedLabelColumnName),
                (nameof(ScoreColumnName), ScoreColumnName),
                (nameof(EnergyColumnName), EnergyColumnName),
                (nameof(OodScoreColumnName), OodScoreColumnName),
            ];
            foreach ((string option, string value) in names)
            {
                if (string.IsNullOrEmpty(value))
                    mistakes.Add($"{option} must name a column, but it is null or empty.");
            }

            foreach (var twice in names.Where(name => !string.IsNullOrEmpty(name.Value)).GroupBy(name => name.Value).Where(g => g.Count() > 1))
                mistakes.Add($"{string.Join(" and ", twice.Select(name => name.Option))} must differ, but both are '{twice.Key}'.");
            return mistakes;
        }
    }
}
