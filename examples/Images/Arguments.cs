using System.CommandLine;
using Shared;

namespace Images;

internal sealed class Arguments(string[] args) : ProgramArguments(Command, args)
{
    private static readonly RootCommand Command = CreateCommand();

    public string? Data => Value<string>("--data");

    /// <summary>Null where the option was not given.</summary>
    public string[]? Unseen => Value<string>("--unseen") switch
    {
        null => null,
        "none" => [],
        var names => names.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
    };

    public string? Unlike => Value<string>("--unlike");

    public int? Size => Value<int?>("--size");

    public int Limit => Value<int?>("--limit") ?? int.MaxValue;

    public int? Epochs => Value<int?>("--epochs");

    public string? PrepareIdx => Value<string>("--prepare-idx");

    public string? JsonPath => Value<string>("--json");

    public int Seed => Value<int?>("--seed") ?? 1;

    public string Output => Value<string>("--output") ?? Path.Combine(Directory.GetCurrentDirectory(), "artifacts", "images");

    private static RootCommand CreateCommand()
    {
        var command = new RootCommand("Trains on a folder of images, and shows what the model says of images it has never seen.")
        {
            Text("--data", "DIR", "images, one sub-folder per class; without it, handwritten digits are written out as PNG files and used"),
            Text("--unseen", "NAME,NAME", "sub-folders that training never sees, or none; without it, the last two in alphabetical order, fewer where two classes would not be left"),
            Text("--unlike", "DIR", "images of another kind altogether, one sub-folder per class, to test against as well"),
            Number("--size", "N", "height and width the images are resized to, at least 8; without it, those of the first image", 8),
            Number("--limit", "N", "images per class at most", 2),
            Number("--epochs", "N", "passes over the training images; 25 without it", 1),
            Text("--json", "PATH", "where the numbers measured go, as JSON"),
            Number("--seed", "N", "seed of the training and of the choice of test images; 1 without it"),
            Text("--output", "DIR", "where the model, the pictures and the report go; artifacts/images without it"),
            Text("--prepare-idx", "DIR", "turns IDX files (MNIST, Fashion-MNIST) in DIR into PNG files in the --data folder, and ends"),
        };
        command.Validators.Add(result =>
        {
            if (Given(result, "--prepare-idx") is not null && Given(result, "--data") is null)
                result.AddError("--prepare-idx needs --data, the folder for the PNG files.");
        });
        return command;
    }
}
