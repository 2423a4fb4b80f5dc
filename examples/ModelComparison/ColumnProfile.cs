using System.Globalization;
using System.Text.RegularExpressions;

namespace ModelComparison;

/// <summary>What the values of a column look like: numbers, text, gaps, and what a reader should be told of.</summary>
internal sealed partial class ColumnProfile(string name)
{
    private const int LeastRowsToJudge = 20;
    private const double NearlyAll = 0.9;

    /// <summary>The most classes that a label of numbers has before it looks like a quantity.</summary>
    private const int MostNumberedClasses = 20;

    private static readonly HashSet<string> Missing = new(StringComparer.OrdinalIgnoreCase) { "", "?", "NA", "N/A", "NaN", "null" };

    private readonly HashSet<string> _distinct = new(StringComparer.Ordinal);
    private int _count;
    private int _numberCount;
    private int _wholeCount;
    private int _formattedCount;
    private string _formatted = "";
    private double _lowest = double.PositiveInfinity, _highest = double.NegativeInfinity;

    /// <summary>The column's name in the header.</summary>
    public string Name => name;

    /// <summary>Whether no row has a value.</summary>
    public bool IsEmpty => _count == 0;

    /// <summary>Whether a row has none.</summary>
    public bool HasGaps { get; private set; }

    /// <summary>Whether all values are numbers.</summary>
    public bool IsNumber { get; private set; } = true;

    public void Add(string value)
    {
        if (Missing.Contains(value))
        {
            HasGaps = true;
            return;
        }

        _count++;
        _distinct.Add(value);
        if (float.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out float number))
        {
            _numberCount++;
            _wholeCount += float.IsInteger(number) ? 1 : 0;
            (_lowest, _highest) = (Math.Min(_lowest, number), Math.Max(_highest, number));
            return;
        }

        IsNumber = false;
        if (FormattedNumber().IsMatch(value))
        {
            _formattedCount++;
            _formatted = value;
        }
    }

    /// <summary>What a reader should know of it as a feature; null where there is nothing to say.</summary>
    public string? FeatureNote
    {
        get
        {
            if (!IsNumber && _formattedCount > 0 && _formattedCount + _numberCount >= NearlyAll * _count)
                return $"Column '{name}' looks like numbers read as text ('{_formatted}'): every value becomes a feature of its own. Write plain numbers, or leave it out with --ignore.";
            if (_count < LeastRowsToJudge || _distinct.Count < NearlyAll * _count)
                return null;
            if (!IsNumber)
                return $"Column '{name}' looks like an identifier or a name: {_distinct.Count} different texts in {_count} rows, of which no trainer can learn. Leave it out with --ignore.";
            bool isCounter = _highest - _lowest < 2.0 * _count;
            return _wholeCount == _count && _distinct.Count == _count && (isCounter || Identifier().IsMatch(name))
                ? $"Column '{name}' looks like an identifier: a whole number of its own in every row. Leave it out with --ignore."
                : null;
        }
    }

    /// <summary>What a reader should know of it as a label; null where there is nothing to say.</summary>
    public string? LabelNote => IsNumber && _distinct.Count > MostNumberedClasses
        ? $"Label '{name}' holds {_distinct.Count} different numbers, each taken for a class. It looks like a quantity, which these trainers do not predict."
        : !IsNumber && _count >= LeastRowsToJudge && _distinct.Count > _count / 2
            ? $"Label '{name}' holds {_distinct.Count} different texts in {_count} rows. It looks like a name, not like a class."
            : null;

    /// <summary>A number with a currency, a percent sign or separators of thousands.</summary>
    [GeneratedRegex(@"^[-+(]?\s*(?:[$€£¥]|[A-Z]{3}\s)?\s*[-+]?(?:\d{1,3}(?:[,' ]\d{3})+|\d+)(?:[.,]\d+)?\s*(?:[$€£¥%]|[A-Z]{3})?\)?$")]
    private static partial Regex FormattedNumber();

    [GeneratedRegex(@"(?i:^id$|^id[_ .-]|[_ .-]id$|\b(?:number|no|nr|index|key|row)\b)|[a-z](?:Id|ID)$")]
    private static partial Regex Identifier();
}
