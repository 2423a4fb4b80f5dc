using System.Globalization;
using System.IO.Compression;
using Microsoft.ML.Jem.Images;

namespace Microsoft.ML.Jem.Release.Tests.Docs;

/// <summary>
/// The folder a reader works in, with the files the pages speak of: the flowers of Fisher (iris.csv; flowers.csv and rows.csv with the label first), and
/// three digits as images, one folder per digit. While it exists it is the current directory, and the console is silent.
/// </summary>
internal sealed class ReaderFolder : IDisposable
{
    private const int ImagesPerDigit = 40;

    private static readonly string[] Digits = ["0", "1", "5"];

    private readonly string _before = Environment.CurrentDirectory;
    private readonly TextWriter _console = Console.Out;
    private readonly string _folder = Directory.CreateTempSubdirectory("jem-docs-").FullName;

    public ReaderFolder()
    {
        string[] iris = File.ReadAllLines(Path.Combine(Repository.Root, "examples", "ModelComparison", "Data", "iris.csv"));
        string[] labelFirst = [.. iris.Select(line => $"{line[(line.LastIndexOf(',') + 1)..]},{line[..line.LastIndexOf(',')]}")];
        File.WriteAllLines(Path.Combine(_folder, "iris.csv"), iris);
        File.WriteAllLines(Path.Combine(_folder, "flowers.csv"), labelFirst);
        File.WriteAllLines(Path.Combine(_folder, "rows.csv"), labelFirst);
        WriteDigits();
        Environment.CurrentDirectory = _folder;
        Console.SetOut(TextWriter.Null);
    }

    public void Dispose()
    {
        Console.SetOut(_console);
        Environment.CurrentDirectory = _before;
        Directory.Delete(_folder, recursive: true);
    }

    private void WriteDigits()
    {
        using FileStream file = File.OpenRead(Path.Combine(Repository.Root, "examples", "Quickstart", "Data", "train.csv.gz"));
        using var text = new StreamReader(new GZipStream(file, CompressionMode.Decompress));
        text.ReadLine();
        var counts = new Dictionary<string, int>();
        while (text.ReadLine() is { } line)
        {
            string[] values = line.Split(',');
            string digit = values[0].TrimStart('c');
            int count = counts[digit] = counts.GetValueOrDefault(digit) + 1;
            if (count > ImagesPerDigit || !Digits.Contains(digit))
                continue;
            string folder = Directory.CreateDirectory(Path.Combine(_folder, "digits", digit)).FullName;
            float[] pixels = [.. values.Skip(1).Select(value => float.Parse(value, CultureInfo.InvariantCulture))];
            ImageGrid.Write(Path.Combine(folder, $"{count}.png"), [pixels], new ImageShape(1, 8, 8), black: 0, white: 16);
        }
    }
}
