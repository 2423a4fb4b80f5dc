using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.ML.Jem.Networks;

namespace Microsoft.ML.Jem.Release.Tests.Docs;

/// <summary>Writes docs/options.md from the code: names and types by reflection, defaults from a new object, meanings from XML docs.</summary>
internal static partial class OptionsReference
{
    private static readonly XDocument Documentation = XDocument.Load(Path.ChangeExtension(typeof(JemTrainer).Assembly.Location, ".xml"));

    /// <summary>All options with their defaults.</summary>
    public static IEnumerable<(PropertyInfo Property, object? Default)> All()
    {
        var defaults = new JemTrainer.Options();
        return typeof(JemTrainer.Options).GetProperties().OrderBy(property => property.DeclaringType == typeof(JemTrainer.Options) ? 0 : 1)
            .ThenBy(property => property.MetadataToken).Select(property => (property, property.GetValue(defaults)));
    }

    public static string Write()
    {
        var page = new StringBuilder("""
            # Options

            Every setting of `JemTrainer.Options`, written from the code by a test of `tests/Microsoft.ML.Jem.Release.Tests`, which fails where
            this page and the code differ. To write it again: `UPDATE_DOCS=true dotnet test --project tests/Microsoft.ML.Jem.Release.Tests`.

            All mistakes are reported at once, in one `ArgumentOutOfRangeException`, when the trainer is made.

            """);
        foreach (IGrouping<Type, (PropertyInfo Property, object? Default)> group in All().GroupBy(option => option.Property.DeclaringType!))
        {
            page.Append(CultureInfo.InvariantCulture, $"\n## {(group.Key == typeof(JemTrainer.Options) ? "Columns" : "Method")}\n\n| option | type | default | meaning |\n|---|---|---|---|\n");
            foreach ((PropertyInfo property, object? value) in group)
                page.Append(CultureInfo.InvariantCulture, $"| `{property.Name}` | {TypeName(property)} | {Describe(value)} | {Summary(property)} |\n");
        }

        return page.ToString();
    }

    /// <summary>The property's summary as Markdown on one line.</summary>
    public static string Summary(PropertyInfo property)
    {
        string id = $"P:{property.DeclaringType!.FullName!.Replace('+', '.')}.{property.Name}";
        XElement summary = Documentation.Descendants("member").Single(member => member.Attribute("name")!.Value == id).Element("summary")!;
        string text = string.Concat(summary.Nodes().Select(node => node switch
        {
            XText plain => plain.Value,
            XElement { Name.LocalName: "see" } see => $"`{(see.Attribute("cref")?.Value ?? see.Attribute("langword")!.Value).Split('.', ':')[^1].Replace("Single", "float", StringComparison.Ordinal)}`",
            XElement element => $"`{element.Value}`",
            _ => "",
        }));
        return Spaces().Replace(text, " ").Trim().Replace("|", "\\|", StringComparison.Ordinal);
    }

    /// <summary>A default as documentation writes it.</summary>
    public static string Describe(object? value) => value switch
    {
        null => "null",
        JemNetwork network => $"`{network.GetType().Name}`",
        bool flag => flag ? "true" : "false",
        string text => $"`\"{text}\"`",
        Enum choice => $"`{choice}`",
        CancellationToken => "none",
        IEnumerable list => $"[{string.Join(", ", list.Cast<object>())}]",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };

    private static string TypeName(PropertyInfo property)
    {
        Type type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        bool nullable = type != property.PropertyType
            || new NullabilityInfoContext().Create(property).WriteState == NullabilityState.Nullable;
        string name = type == typeof(int) ? "int" : type == typeof(double) ? "double" : type == typeof(float) ? "float"
            : type == typeof(bool) ? "bool" : type == typeof(string) ? "string"
            : type.IsGenericType ? $"{type.Name.Split('`')[0]}&lt;{string.Join(", ", type.GenericTypeArguments.Select(argument => argument.Name))}&gt;" : type.Name;
        return nullable ? name + "?" : name;
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
