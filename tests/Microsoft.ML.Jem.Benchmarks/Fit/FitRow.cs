using Microsoft.ML.Jem.Quality;

namespace Microsoft.ML.Jem.Benchmarks.Fit;

/// <summary>The figures of both trainers on one set with one seed.</summary>
internal sealed record FitRow(
    string Set, int Seed, int TrainRows, int TestRows, int NovelRows, int Features, int Classes, FitFigures Jem, FitFigures LightGbm)
{
    /// <summary>Our time to fit divided by LightGbm's.</summary>
    public double TimeRatio => Jem.Seconds / LightGbm.Seconds;

    /// <summary>Our processor time to fit divided by LightGbm's.</summary>
    public double ProcessorTimeRatio => Jem.ProcessorSeconds / LightGbm.ProcessorSeconds;

    /// <summary>The row of a split.</summary>
    public static FitRow Of(Split split, int seed, FitFigures jem, FitFigures lightGbm) =>
        new(split.Name, seed, split.Train.Rows.Length, split.Test.Rows.Length, split.Novel.Length, split.Width, split.Classes.Length, jem, lightGbm);

    /// <summary>Whether both were measured on as many rows, features and classes.</summary>
    public bool HasRowsOf(FitRow other) =>
        (TrainRows, TestRows, NovelRows, Features, Classes) == (other.TrainRows, other.TestRows, other.NovelRows, other.Features, other.Classes);
}
