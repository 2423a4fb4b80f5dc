using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Microsoft.ML.Jem.Tests.Fixtures;

/// <summary>Reads the reference numbers in this folder (README.md tells their rules).</summary>
internal static class Fixture
{
    public static JsonElement Load(string fileName)
    {
        string text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", fileName));

        // Python writes bare words where JSON has no number.
        text = Regex.Replace(text, @"(?<=[:\[,]\s*)(-?Infinity|NaN)", "\"$1\"");
        using JsonDocument document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    /// <summary>All numbers of a nested list, or of a base64 array, in C order.</summary>
    public static double[] Doubles(this JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Object)
        {
            byte[] bytes = Convert.FromBase64String(element.GetProperty("b64_f32_le").GetString()!);
            return Array.ConvertAll(MemoryMarshal.Cast<byte, float>(bytes).ToArray(), value => (double)value);
        }

        var values = new List<double>();
        Flatten(element, values);
        return [.. values];
    }

    public static float[] Floats(this JsonElement element) => Array.ConvertAll(element.Doubles(), value => (float)value);

    public static int[] Ints(this JsonElement element) => Array.ConvertAll(element.Doubles(), value => (int)value);

    /// <summary>The shape of a nested list or of a base64 array.</summary>
    public static long[] Shape(this JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Object)
            return [.. element.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64())];

        var shape = new List<long>();
        for (JsonElement level = element; level.ValueKind == JsonValueKind.Array; level = level[0])
            shape.Add(level.GetArrayLength());
        return [.. shape];
    }

    private static void Flatten(JsonElement element, List<double> values)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement item in element.EnumerateArray())
                Flatten(item, values);
        }
        else
        {
            values.Add(element.GetDouble());
        }
    }
}
