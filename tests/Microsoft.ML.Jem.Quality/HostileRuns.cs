using System.Globalization;
using Microsoft.ML.Jem.Sampling;

namespace Microsoft.ML.Jem.Quality;

/// <summary>Trainings under settings and on data that make a joint energy model diverge, each beside a plain classifier.</summary>
internal static class HostileRuns
{
    /// <summary>How much accuracy may be lost to the plain classifier.</summary>
    private const double AllowedLoss = 0.01;

    private const int SeedsPerCase = 7, TestRows = 2000;

    private static readonly (string Name, Func<int, Split> Data, Action<JemTrainer.Options> Change)[] Cases =
    [
        ("step × 10", seed => Clouds(seed), options => options.StepSize *= 10),
        ("step × 10, no clip", seed => Clouds(seed), options => (options.StepSize, options.GradientClip) = (10, null)),
        ("uniform p0", seed => Clouds(seed), options => options.InitialDistribution = InitialDistribution.Uniform),
        ("learning rate × 10", seed => Clouds(seed), options => options.LearningRate *= 10),
        ("features to 1e6", seed => Clouds(seed, scale: 1e6f), options => { }),
        ("all of these", seed => Clouds(seed, scale: 1e6f), options =>
            (options.StepSize, options.LearningRate, options.InitialDistribution) = (10 * options.StepSize, 10 * options.LearningRate, InitialDistribution.Uniform)),
        ("3 rows a class", seed => Clouds(seed, rowsPerClass: 3), options => { }),
        ("5000 one-hot columns", seed => OneHot(seed), options => { }),
    ];

    /// <summary>Runs all; true where each stays finite and each case, in the mean, keeps the plain classifier's accuracy within a point.</summary>
    public static bool Run(TextWriter output)
    {
        output.WriteLine("| case | runs | NaN | accuracy | plain classifier | mean difference | worst difference | recoveries |");
        output.WriteLine("|---|---|---|---|---|---|---|---|");
        bool good = true;
        foreach ((string name, Func<int, Split> data, Action<JemTrainer.Options> change) in Cases)
        {
            var runs = Enumerable.Range(0, SeedsPerCase).Select(seed => Compare(data(seed), change, seed)).ToArray();
            double[] differences = Array.ConvertAll(runs, run => run.Accuracy - run.Plain);
            int broken = runs.Count(run => !run.IsFinite);
            good &= broken == 0 && differences.Average() >= -AllowedLoss;
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {name} | {runs.Length} | {broken} | {runs.Average(run => run.Accuracy):.000} | {runs.Average(run => run.Plain):.000} | {differences.Average():+.0000;−.0000} | {differences.Min():+.0000;−.0000} | {runs.Sum(run => run.Recoveries)} |"));
            output.Flush();
        }

        return good;
    }

    /// <summary>Runs one case; see the other overload.</summary>
    public static (bool IsFinite, double Accuracy, double Plain, int Recoveries) Run(string name, int seed)
    {
        (string _, Func<int, Split> data, Action<JemTrainer.Options> change) = Cases.Single(one => one.Name == name);
        return Compare(data(seed), change, seed);
    }

    /// <summary>One training under hostile settings, and a plain classifier with default settings on the same rows.</summary>
    private static (bool IsFinite, double Accuracy, double Plain, int Recoveries) Compare(Split split, Action<JemTrainer.Options> change, int seed)
    {
        // One member each: averaging five would hide a bad one.
        using TrainedVariant hostile = Variant.Jem("hostile", options =>
        {
            options.NumberOfMembers = 1;
            change(options);
        }).Fit(split, seed);
        using TrainedVariant plain = Variant.Jem("plain", options => (options.NumberOfMembers, options.MarginalWeight, options.EnergyPenalty) = (1, 0, 0)).Fit(split, seed);
        Answer[] answers = hostile.Answer(split.Test.Rows);
        bool isFinite = answers.All(answer => answer.Score.All(float.IsFinite) && float.IsFinite(answer.Energy) && float.IsFinite(answer.OodScore));
        return (isFinite, Measurement.Calibration(answers, split).Accuracy,
            Measurement.Calibration(plain.Answer(split.Test.Rows), split).Accuracy, hostile.Recoveries);
    }

    /// <summary>Six Gaussian clouds that overlap; every other feature as it is, the others multiplied by a scale.</summary>
    private static Split Clouds(int seed, int rowsPerClass = 60, float scale = 1)
    {
        const int Classes = 6;
        Table all = SyntheticSets.Gaussians(seed, (Classes * rowsPerClass) + TestRows, separation: 0.8);
        float[][] rows = Array.ConvertAll(all.Rows, row => row.Select((value, j) => j % 2 == 0 ? value : value * scale).ToArray());
        return Cut("clouds", all with { Rows = rows }, Classes * rowsPerClass);
    }

    /// <summary>Ten categories of five hundred values each; a value says a little about the class.</summary>
    private static Split OneHot(int seed)
    {
        const int Categories = 10, Values = 500, Classes = 4, TrainRows = 600;
        var random = new Random(seed);
        int[] labels = [.. Enumerable.Range(0, TrainRows + TestRows).Select(i => i % Classes)];
        float[][] rows = Array.ConvertAll(labels, label =>
        {
            var row = new float[Categories * Values];
            for (int c = 0; c < Categories; c++)
            {
                bool tells = random.NextDouble() < 0.5;
                int value = (int)(Values * Math.Pow(random.NextDouble(), 3));
                row[(c * Values) + (tells ? ((value / Classes * Classes) + label) % Values : value)] = 1;
            }

            return row;
        });
        return Cut("one-hot", new Table(rows, Array.ConvertAll(labels, label => label.ToString(CultureInfo.InvariantCulture))), TrainRows);
    }

    private static Split Cut(string name, Table all, int trainRows) =>
        Split.Of(name, all.Take(Enumerable.Range(0, trainRows)), all.Take(Enumerable.Range(trainRows, all.Rows.Length - trainRows)), []);
}
