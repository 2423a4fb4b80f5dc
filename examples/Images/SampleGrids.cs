using Microsoft.ML.Jem.Images;
using Microsoft.ML.Jem.Training;

namespace Images;

/// <summary>Writes what the sampler draws as training goes on: after epochs 1, 2, 5, 10, 20, 50, … and the last.</summary>
internal sealed class SampleGrids(string folder, ImageShape shape, IProgress<TrainingProgress> next) : IProgress<TrainingProgress>
{
    public const int Count = 100;

    public void Report(TrainingProgress value)
    {
        int power = (int)Math.Pow(10, Math.Floor(Math.Log10(value.Epoch)));
        bool round = value.Epoch == power || value.Epoch == 2 * power || value.Epoch == 5 * power;
        if ((round || value.Epoch == value.Epochs) && value.Samples.Count > 0)
            ImageGrid.Write(Path.Combine(folder, $"samples-epoch-{value.Epoch}.png"), value.Samples, shape, columns: 10, zoom: Zoom(shape));
        next.Report(value);
    }

    /// <summary>Small images are shown larger.</summary>
    public static int Zoom(ImageShape shape) => Math.Max(1, 56 / shape.Width);
}
