using System.Globalization;
using System.Reflection;
using Microsoft.ML.Jem.Networks;

namespace Microsoft.ML.Jem.Benchmarks.Fit;

/// <summary>An option of our trainer that is not left at its default.</summary>
/// <param name="Text">Name=Value, as it was given.</param>
/// <param name="Property">The property of <see cref="JemTrainer.Options"/>.</param>
/// <param name="Value">What it is set to.</param>
internal sealed record OptionChange(string Text, PropertyInfo Property, object? Value)
{
    /// <summary>Reads Name=Value: numbers, true and false, times, names of enumerations, null where the option may be null, widths such as 128x128 for the network.</summary>
    /// <exception cref="ArgumentException">There is no such option, or it cannot have the value.</exception>
    public static OptionChange Parse(string text)
    {
        if (text.Split('=', 2) is not [var name, var value])
            throw new ArgumentException($"--option needs Name=Value, but got '{text}'.");

        // Options that are not public yet can be tried as well.
        PropertyInfo[] all = [.. typeof(JemTrainer.Options)
            .GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            .Where(property => property.CanWrite)
            .OrderBy(property => property.Name, StringComparer.Ordinal)];
        PropertyInfo property = all.FirstOrDefault(property => string.Equals(property.Name, name.Trim(), StringComparison.OrdinalIgnoreCase))
            ?? throw new ArgumentException($"There is no option '{name}': expected {string.Join(", ", all.Select(property => property.Name))}.");
        return new OptionChange(text, property, Convert(property, value.Trim()));
    }

    /// <summary>Sets the option.</summary>
    public void Apply(JemTrainer.Options options) => Property.SetValue(options, Value);

    private static object? Convert(PropertyInfo property, string value)
    {
        Type? nullable = Nullable.GetUnderlyingType(property.PropertyType);
        if (value == "null" && (nullable is not null || new NullabilityInfoContext().Create(property).WriteState == NullabilityState.Nullable))
            return null;
        Type type = nullable ?? property.PropertyType;
        try
        {
            if (type.IsEnum)
                return Name(type, value);
            if (type == typeof(TimeSpan))
                return TimeSpan.Parse(value, CultureInfo.InvariantCulture);
            if (type == typeof(JemNetwork))
                return new MultilayerPerceptron([.. value.Split('x').Select(width => int.Parse(width, CultureInfo.InvariantCulture))]);
            if (type == typeof(string) || type.IsPrimitive)
                return System.Convert.ChangeType(value, type, CultureInfo.InvariantCulture);
        }
        catch (Exception exception) when (exception is FormatException or OverflowException or ArgumentException)
        {
            string expected = type.IsEnum ? string.Join(", ", Enum.GetNames(type))
                : type == typeof(JemNetwork) ? "widths such as 256x256"
                : type == typeof(bool) ? "true or false"
                : type == typeof(int) || type == typeof(long) ? "a whole number"
                : type == typeof(TimeSpan) ? "a time such as 00:01:30"
                : "a number";
            throw new ArgumentException($"The option {property.Name} cannot be '{value}': expected {expected}{(nullable is null ? "" : " or null")}.", exception);
        }

        throw new ArgumentException($"The option {property.Name} cannot be set from text: it is a {type.Name}.");
    }

    private static object Name(Type type, string value) => Enum.TryParse(type, value, ignoreCase: true, out object? named) && Enum.IsDefined(type, named)
        ? named
        : throw new FormatException("No such name.");
}
