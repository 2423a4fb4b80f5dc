using Microsoft.Extensions.Options;

namespace ScoringService;

/// <summary>Refuses settings that do not exist: a misspelt one would leave the default in force without a word.</summary>
internal sealed class KnownSettings(IConfiguration configuration) : IValidateOptions<ScoringOptions>
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
