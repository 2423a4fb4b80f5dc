using System.CommandLine;
using Shared;

namespace Quickstart;

internal sealed class Arguments(string[] args) : ProgramArguments(Command, args)
{
    private static readonly RootCommand Command = new("Trains on handwritten digits, and shows what the model says of digits it has never seen.")
    {
        Text("--json", "PATH", "where the numbers measured go, as JSON"),
        Number("--seed", "N", "seed of the training (default 1)"),
        Text("--output", "DIR", "where the model and the report go (default artifacts/quickstart)"),
        Number("--members", "N", "networks trained and averaged (default: the number of rows decides)"),
    };

    public string? JsonPath => Value<string>("--json");

    public int Seed => Value<int?>("--seed") ?? 1;

    public string Output => Value<string>("--output") ?? Path.Combine(Directory.GetCurrentDirectory(), "artifacts", "quickstart");

    public int? Members => Value<int?>("--members");
}
