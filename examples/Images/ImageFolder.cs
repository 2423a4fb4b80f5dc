using Microsoft.ML.Data;
using Microsoft.ML.Jem.Images;

namespace Images;

/// <summary>The images of a folder with one sub-folder per class: known ones to train and to test on, and classes kept away from training.</summary>
internal sealed record ImageFolder(Picture[] Train, Picture[] Test, Picture[] Unseen, ImageShape Shape)
{
    private const double TestShare = 0.25;
    private const int ImagesToLookAt = 50;
    private const int LeastKnown = 2;
    private const int UnseenUnlessAsked = 2;

    private static readonly string[] Extensions = [".png", ".jpg", ".jpeg", ".bmp"];

    public static ImageFolder Read(string path, string[]? unseen, int? size, int limit, int seed)
    {
        (string Name, Picture[] Pictures)[] classes = Classes(path, limit, seed);
        string[] keptBack = unseen ?? [.. classes.TakeLast(Math.Clamp(classes.Length - LeastKnown, 0, UnseenUnlessAsked)).Select(entry => entry.Name)];
        if (keptBack.FirstOrDefault(name => !classes.Any(entry => entry.Name == name)) is { } missing)
            throw new ArgumentException($"There is no folder '{missing}' in {path}. It has {string.Join(", ", classes.Select(entry => entry.Name))}.");
        Picture[][] known = [.. classes.Where(entry => !keptBack.Contains(entry.Name)).Select(entry => entry.Pictures)];
        if (known.FirstOrDefault(pictures => pictures.Length < 2) is { } single)
            throw new ArgumentException($"'{single[0].Label}' has one image only: a known class needs at least two, one to train on and one to test on.");
        if (known.Length < LeastKnown)
            throw new ArgumentException($"A classifier needs at least two classes beside the {keptBack.Length} that training never sees, but {path} has {classes.Length} folders with images.");

        return new ImageFolder(
            [.. known.SelectMany(pictures => pictures[TestCount(pictures)..])],
            [.. known.SelectMany(pictures => pictures[..TestCount(pictures)])],
            [.. classes.Where(entry => keptBack.Contains(entry.Name)).SelectMany(entry => entry.Pictures)],
            ShapeOf([.. known.SelectMany(pictures => pictures.Take(ImagesToLookAt / known.Length + 1))], size));
    }

    /// <summary>All images of a folder.</summary>
    public static Picture[] ReadAll(string path, int limit, int seed) => [.. Classes(path, limit, seed).SelectMany(entry => entry.Pictures)];

    private static (string Name, Picture[] Pictures)[] Classes(string path, int limit, int seed)
    {
        var random = new Random(seed);
        var classes = new List<(string, Picture[])>();
        foreach (string folder in Directory.GetDirectories(path).Order(StringComparer.Ordinal))
        {
            string name = Path.GetFileName(folder);
            string[] files = [.. Directory.GetFiles(folder).Where(file => Extensions.Contains(Path.GetExtension(file).ToLowerInvariant())).Order(StringComparer.Ordinal)];
            random.Shuffle(files);
            if (files.Length > 0)
                classes.Add((name, [.. files.Take(limit).Select(file => new Picture { Label = name, ImagePath = file })]));
        }

        return classes.Count > 0 ? [.. classes] : throw new ArgumentException($"{path} has no sub-folder with {string.Join(", ", Extensions)} files. Give a folder with one sub-folder per class.");
    }

    private static int TestCount(Picture[] pictures) => Math.Max(1, (int)(TestShare * pictures.Length));

    /// <summary>Grey if the first images are; as large as the first image, if nothing else is asked for.</summary>
    private static ImageShape ShapeOf(Picture[] pictures, int? size)
    {
        (int height, int width, bool isGrey) = (0, 0, true);
        foreach (Picture picture in pictures)
        {
            using MLImage image = MLImage.CreateFromFile(picture.ImagePath);
            if (height == 0)
                (height, width) = (image.Height, image.Width);
            ReadOnlySpan<byte> pixels = image.Pixels;
            for (int i = 0; isGrey && i < pixels.Length; i += 4)
                isGrey = pixels[i] == pixels[i + 1] && pixels[i] == pixels[i + 2];
        }

        return new ImageShape(isGrey ? 1 : 3, size ?? height, size ?? width);
    }
}

/// <summary>An image file, and what it shows.</summary>
public sealed class Picture
{
    public string Label { get; set; } = "";

    public string ImagePath { get; set; } = "";
}
