using System.Globalization;

namespace Images;

/// <summary>The command line.</summary>
internal sealed record Arguments
{
    public const string Usage = """
        Usage: Images [--data DIR] [--unseen NAME,NAME] [--unlike DIR] [--size N] [--limit N] [--epochs N]
                      [--json PATH] [--seed N] [--output DIR]
               Images --prepare-idx DIR --data DIR
          --data DIR         images, one sub-folder per class; without it, handwritten digits are written out as PNG files and used
          --unseen NAMES     sub-folders that training never sees, or none; without it, the last two in alphabetical order, fewer where two classes
                             would not be left
          --unlike DIR       images of another kind altogether, one sub-folder per class, to test against as well
          --size N           height and width the images are resized to, at least 8; without it, those of the first image
          --limit N          images per class at most
          --epochs N         passes over the training images; 25 without it
          --json PATH        where the numbers measured go, as JSON
          --seed N           seed of the training and of the choice of test images; 1 without it
          --output DIR       where the model, the pictures and the report go; artifacts/images without it
          --prepare-idx DIR  turns IDX files (MNIST, Fashion-MNIST) in DIR into PNG files in the --data folder, and ends
          --help             shows this text
        """;

    public string? Data { get; private set; }

    /// <summary>Null where the option was not given.</summary>
    public string[]? Unseen { get; private set; }

    public string? Unlike { get; private set; }

    public int? Size { get; private set; }

    public int Limit { get; private set; } = int.MaxValue;

    public int? Epochs { get; private set; }

    public string? PrepareIdx { get; private set; }

    public string? JsonPath { get; private set; }

    public int Seed { get; private set; } = 1;

    public string Output { get; private set; } = Path.Combine(Directory.GetCurrentDirectory(), "artifacts", "images");

    public static Arguments Parse(string[] args)
    {
        var arguments = new Arguments();
        for (int i = 0; i < args.Length; i += 2)
        {
            string value = i + 1 < args.Length ? args[i + 1] : throw new ArgumentException($"{args[i]} needs a value.\n{Usage}");
            arguments.Set(args[i], value);
        }

        if (arguments.PrepareIdx is not null && arguments.Data is null)
            throw new ArgumentException($"--prepare-idx needs --data, the folder for the PNG files.\n{Usage}");
        return arguments;
    }

    private void Set(string name, string value)
    {
        switch (name)
        {
            case "--data": Data = value; break;
            case "--unseen": Unseen = value == "none" ? [] : value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries); break;
            case "--unlike": Unlike = value; break;
            case "--size": Size = Number(name, value, 8); break;
            case "--limit": Limit = Number(name, value, 2); break;
            case "--epochs": Epochs = Number(name, value, 1); break;
            case "--prepare-idx": PrepareIdx = value; break;
            case "--json": JsonPath = value; break;
            case "--seed": Seed = Number(name, value, int.MinValue); break;
            case "--output": Output = value; break;
            default: throw new ArgumentException($"Unknown argument '{name}'.\n{Usage}");
        }
    }

    private static int Number(string name, string value, int lowest) =>
        int.TryParse(value, CultureInfo.InvariantCulture, out int number) && number >= lowest
            ? number
            : throw new ArgumentException($"{name} needs a whole number{(lowest > int.MinValue ? $" of at least {lowest}" : "")}, but got '{value}'.\n{Usage}");
}
