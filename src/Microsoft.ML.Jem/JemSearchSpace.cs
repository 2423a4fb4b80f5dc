namespace Microsoft.ML.Jem;

/// <summary>What to try for one option of a <see cref="JemTrainer"/>.</summary>
/// <param name="Option">Name of the property of <see cref="JemTrainer.Options"/>.</param>
/// <param name="Lowest">Lowest value worth trying.</param>
/// <param name="Highest">Highest value worth trying.</param>
/// <param name="IsLogarithmic">Whether values are to be spread evenly over orders of magnitude.</param>
/// <param name="Start">Where to begin: the option's default, or a typical value where the data decide the default.</param>
public sealed record JemSearchRange(string Option, double Lowest, double Highest, bool IsLogarithmic, double Start)
{
    internal Action<JemTrainer.Options, double> Set { get; init; } = (_, _) => { };
}

/// <summary>
/// The options of a <see cref="JemTrainer"/> that are worth tuning, by name and as numbers, for whatever searches: AutoML sweeps, a grid, a random search.
/// </summary>
public static class JemSearchSpace
{
    /// <summary>The options worth tuning. Every point within the ranges is valid; whole-number options are rounded.</summary>
    public static IReadOnlyList<JemSearchRange> Ranges { get; } =
    [
        new(nameof(JemTrainer.Options.MarginalWeight), 0.02, 1, true, 0.2) { Set = (options, value) => options.MarginalWeight = value },
        new(nameof(JemTrainer.Options.SamplerSteps), 1, 20, true, 1) { Set = (options, value) => options.SamplerSteps = Whole(value) },
        new(nameof(JemTrainer.Options.StepSize), 0.1, 1, true, 0.3) { Set = (options, value) => options.StepSize = value },
        new(nameof(JemTrainer.Options.SamplerNoise), 0.01, 0.3, true, 0.1) { Set = (options, value) => options.SamplerNoise = value },
        new(nameof(JemTrainer.Options.InputNoise), 0.02, 0.5, true, 0.2) { Set = (options, value) => options.InputNoise = value },
        new(nameof(JemTrainer.Options.EnergyPenalty), 0.01, 1, true, 0.1) { Set = (options, value) => options.EnergyPenalty = value },
        new(nameof(JemTrainer.Options.LabelSmoothing), 0, 0.1, false, 0) { Set = (options, value) => options.LabelSmoothing = value },
        new(nameof(JemTrainer.Options.LearningRate), 0.0003, 0.01, true, 0.003) { Set = (options, value) => options.LearningRate = value },
        new(nameof(JemTrainer.Options.BatchSize), 32, 512, true, 64) { Set = (options, value) => options.BatchSize = Whole(value) },
        new(nameof(JemTrainer.Options.NumberOfMembers), 1, 5, false, 3) { Set = (options, value) => options.NumberOfMembers = Whole(value) },
    ];

    /// <summary>Options with values set by name; those not named keep their defaults.</summary>
    /// <param name="values">Values by the names in <see cref="Ranges"/>.</param>
    /// <returns>The options.</returns>
    /// <exception cref="ArgumentException">A name is none of <see cref="Ranges"/>.</exception>
    public static JemTrainer.Options CreateOptions(IEnumerable<KeyValuePair<string, double>> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var options = new JemTrainer.Options();
        foreach ((string name, double value) in values)
        {
            JemSearchRange range = Ranges.FirstOrDefault(range => range.Option == name)
                ?? throw new ArgumentException($"'{name}' is no option to tune: expected one of {string.Join(", ", Ranges.Select(range => range.Option))}.", nameof(values));
            range.Set(options, value);
        }

        return options;
    }

    private static int Whole(double value) => (int)Math.Round(value);
}
