using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace ScoringService;

/// <summary>The section "Scoring" of the configuration.</summary>
public sealed class ScoringOptions
{
    public const string Section = "Scoring";

    /// <summary>The model file; relative to the program's folder. It is watched, and loaded again when it is replaced.</summary>
    [Required]
    public string ModelPath { get; set; } = "Data/model.zip";

    /// <summary>Rows with a higher OodScore are unfamiliar; at 0.95, at most 5 % of rows like the training data are.</summary>
    [Range(0.0, 1.0)]
    public double UnfamiliarThreshold { get; set; } = 0.95;

    /// <summary>The most rows a request may hold.</summary>
    [Range(1, 1_000_000)]
    public int MaximumRows { get; set; } = 10_000;

    /// <summary>The longest request body accepted.</summary>
    [Range(1, int.MaxValue)]
    public long MaximumBodyBytes { get; set; } = 16 << 20;

    /// <summary>The largest model accepted, both as a file and unpacked.</summary>
    [Range(1, int.MaxValue)]
    public long MaximumModelBytes { get; set; } = 256 << 20;

    /// <summary>How often the model file is looked at.</summary>
    [Range(0.01, 86_400)]
    public double ReloadSeconds { get; set; } = 1;

    /// <summary>Without a change, a drift alarm comes after this many rows or more, in the mean.</summary>
    [Range(2.0, 1e15)]
    public double RowsPerFalseAlarm { get; set; } = 1_000_000;
}

/// <summary>Refuses settings that do not exist: a misspelt one would leave the default in force without a word.</summary>
public sealed class KnownSettings(IConfiguration configuration) : IValidateOptions<ScoringOptions>
{
    private static readonly string[] Known = [.. typeof(ScoringOptions).GetProperties().Select(property => property.Name)];

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, ScoringOptions options)
    {
        string[] unknown =
        [
            .. configuration.GetSection(ScoringOptions.Section).GetChildren().Select(setting => setting.Key)
                .Where(key => !Known.Contains(key, StringComparer.OrdinalIgnoreCase)),
        ];
        return unknown.Length == 0
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"Unknown settings in the section '{ScoringOptions.Section}': {string.Join(", ", unknown)}. Known are {string.Join(", ", Known)}.");
    }
}
