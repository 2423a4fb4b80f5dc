using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Microsoft.ML.Jem.Release.Tests.Docs;

/// <summary>C# of the documentation: blocks fenced with ```csharp.</summary>
/// <remarks>
/// A reader's project has implicit usings and adds <c>Microsoft.ML</c>, <c>Microsoft.ML.Data</c> and <c>Microsoft.ML.Jem</c>. A
/// snippet may use what a reader has at hand at that point (docs/README.md): <c>mlContext</c>, <c>data</c>, <c>model</c> and so on.
/// </remarks>
internal static class Snippets
{
    /// <summary>Begins the comment, with its reason, before a block that needs a package this repository does without.</summary>
    private const string ParsedOnly = "<!-- parsed, not compiled: ";

    private const string Usings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using Microsoft.ML;
        global using Microsoft.ML.Data;
        global using Microsoft.ML.Jem;
        """;

    /// <summary>What a reader has at hand.</summary>
    private const string Given = """
        public static class AtHand
        {
            public static MLContext mlContext = null!;
            public static IDataView data = null!, trainData = null!, testData = null!, unfamiliarData = null!, scored = null!;
            public static ITransformer model = null!;
            public static JemTransformer jem = null!;
            public static IEnumerable<Row> rows = null!;

            public class Row
            {
                public string Label { get; set; } = "";
                [VectorType(4)] public float[] Features { get; set; } = [];
            }

            public class Flower : Row
            {
                public float SepalLength { get; set; }
                public float SepalWidth { get; set; }
                public float PetalLength { get; set; }
                public float PetalWidth { get; set; }
            }

            public class Prediction
            {
                public string PredictedLabel { get; set; } = "";
                public float[] Score { get; set; } = [];
                public float Energy { get; set; }
                public float OodScore { get; set; }
            }
        }
        """;

    private static readonly MetadataReference[] References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path)),
    ];

    /// <summary>The snippets of a page, with the line each begins at.</summary>
    public static IEnumerable<(int Line, string Code, bool IsParsedOnly)> Of(string page)
    {
        string[] lines = File.ReadAllLines(page);
        for (int i = 0; i < lines.Length; i++)
        {
            if (lines[i].Trim() != "```csharp")
                continue;
            int end = Array.FindIndex(lines, i + 1, line => line.Trim() == "```");
            Assert.True(end > i, $"{page}({i + 1}): this block does not end.");
            bool isParsedOnly = i > 0 && lines[i - 1].StartsWith(ParsedOnly, StringComparison.Ordinal);
            yield return (i + 2, string.Join('\n', lines[(i + 1)..end]), isParsedOnly);
            i = end;
        }
    }

    /// <summary>The errors of the compiler, or of the parser alone.</summary>
    public static string[] Errors(string code, bool isParsedOnly = false)
    {
        var options = new CSharpParseOptions(LanguageVersion.Latest);
        if (isParsedOnly)
            return [.. CSharpSyntaxTree.ParseText(code, options).GetDiagnostics().Select(diagnostic => diagnostic.ToString())];

        CompilationUnitSyntax unit = CSharpSyntaxTree.ParseText(code, options).GetCompilationUnitRoot();

        // A page may show an expression alone.
        if (SyntaxFactory.ParseExpression(code, options: options) is { ContainsDiagnostics: false } expression && expression.FullSpan.Length == code.Length)
            unit = CSharpSyntaxTree.ParseText(code + ";", options).GetCompilationUnitRoot();
        string statements = string.Concat(unit.Members.OfType<GlobalStatementSyntax>().Select(member => member.ToFullString()));
        string types = string.Concat(unit.Members.Where(member => member is not GlobalStatementSyntax).Select(member => member.ToFullString()));

        // Its own variables hide those at hand, and its own types too.
        string program = $$"""
            {{unit.Usings.ToFullString()}}
            using static AtHand;
            {{types}}
            public static class Snippet
            {
                public static async Task RunAsync(string[] args)
                {
                    await Task.CompletedTask;
            #line 1
            {{statements}}
                }
            }
            """;
        var compilation = CSharpCompilation.Create(
            "Snippet",
            [.. new[] { Usings, Given, program }.Select(text => CSharpSyntaxTree.ParseText(text, options))],
            References,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable, allowUnsafe: false));
        return [.. compilation.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).Select(diagnostic => diagnostic.ToString())];
    }
}
