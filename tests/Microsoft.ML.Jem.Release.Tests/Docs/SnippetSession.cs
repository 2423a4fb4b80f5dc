using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Microsoft.ML.Jem.Release.Tests.Docs;

/// <summary>
/// Runs snippets one after the other, as a reader does: variables and types of one are at hand in the next, and may be declared anew.
/// </summary>
/// <remarks>
/// A reader's project has implicit usings and adds <c>Microsoft.ML</c>, <c>Microsoft.ML.Data</c> and <c>Microsoft.ML.Jem</c> (docs/README.md).
/// </remarks>
internal sealed class SnippetSession
{
    /// <summary>The usings of every .NET console project.</summary>
    public const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;

        """;

    private const string Usings = ImplicitUsings + """
        global using Microsoft.ML;
        global using Microsoft.ML.Data;
        global using Microsoft.ML.Jem;
        """;

    private static readonly MetadataReference[] References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path)),
    ];

    private static int _count;

    private readonly Dictionary<string, object?> _values;
    private readonly Dictionary<string, string> _variableTypes;
    private readonly Dictionary<string, string> _types;
    private readonly List<MetadataReference> _references;

    public SnippetSession()
        : this([], [], [], [])
    {
    }

    private SnippetSession(
        Dictionary<string, object?> values, Dictionary<string, string> variableTypes, Dictionary<string, string> types, List<MetadataReference> references) =>
        (_values, _variableTypes, _types, _references) = (values, variableTypes, types, references);

    /// <summary>Names of the variables at hand.</summary>
    public IEnumerable<string> Variables => _values.Keys;

    /// <summary>A session that begins with what is at hand here.</summary>
    public SnippetSession Fork() => new(new(_values), new(_variableTypes), new(_types), [.. _references]);

    /// <summary>Compiles a snippet with what is at hand, and runs it.</summary>
    /// <exception cref="InvalidOperationException">It does not compile; the message holds the compiler's.</exception>
    public async Task RunAsync(string code)
    {
        string name = $"Snippet{Interlocked.Increment(ref _count)}";
        SnippetCode parts = SnippetCode.Parse(code);
        CSharpCompilation compilation = Compile(name, parts);
        using var image = new MemoryStream();
        string[] errors = [.. compilation.Emit(image).Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).Select(diagnostic => diagnostic.ToString())];
        if (errors.Length > 0)
            throw new InvalidOperationException(string.Join('\n', errors));

        // Snippets that come later refer to this assembly by name.
        image.Position = 0;
        Assembly assembly = AssemblyLoadContext.Default.LoadFromStream(image);
        var run = assembly.GetType(name)!.GetMethod("RunAsync")!.CreateDelegate<Func<Dictionary<string, object?>, Task>>();
        await run(_values);

        Remember(compilation, parts);
        foreach (string type in parts.TypeNames)
            _types[type] = $"global::{name}.{type}";
        _references.Add(MetadataReference.CreateFromImage(image.ToArray()));
    }

    /// <summary>The compiler's errors for snippets put together as one console program.</summary>
    public static string[] ErrorsOfProgram(IEnumerable<string> snippets)
    {
        SnippetCode[] parts = [.. snippets.Select(SnippetCode.Parse)];
        string usings = string.Concat(parts.SelectMany(part => part.Usings.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).Distinct().Select(line => line + "\n"));
        string program = usings + string.Concat(parts.Select(part => part.Statements)) + string.Concat(parts.Select(part => part.Types));
        var compilation = CSharpCompilation.Create(
            "Program",
            [.. new[] { ImplicitUsings, program }.Select(text => CSharpSyntaxTree.ParseText(text, SnippetCode.Options))],
            References,
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));
        return [.. compilation.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).Select(diagnostic => diagnostic.ToString())];
    }

    private CSharpCompilation Compile(string name, SnippetCode parts)
    {
        IEnumerable<string> aliases = _types.Select(type => $"using {type.Key} = {type.Value};\n");
        IEnumerable<string> atHand = _variableTypes.Select(variable =>
            $"public static {variable.Value} {variable.Key} {{ get => ({variable.Value})Values[\"{variable.Key}\"]!; set => Values[\"{variable.Key}\"] = value; }}\n");
        IEnumerable<string> kept = parts.Variables.Select(variable => $"{name}AtHand.Values[\"{variable}\"] = {variable};\n");

        // Its own variables and types hide those at hand.
        string program = $$"""
            {{parts.Usings}}
            {{string.Concat(aliases)}}
            using static {{name}}AtHand;

            public static class {{name}}AtHand
            {
                public static Dictionary<string, object?> Values = [];
            {{string.Concat(atHand)}}
            }

            public static class {{name}}
            {
            {{parts.Types}}
                public static async Task RunAsync(Dictionary<string, object?> atHand)
                {
                    {{name}}AtHand.Values = atHand;
                    await Task.CompletedTask;
            #line 1
            {{parts.Statements}}
            #line default
            {{string.Concat(kept)}}
                }
            }
            """;
        return CSharpCompilation.Create(
            name,
            [.. new[] { Usings, program }.Select(text => CSharpSyntaxTree.ParseText(text, SnippetCode.Options))],
            [.. References, .. _references],
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
    }

    /// <summary>Keeps the types of the snippet's variables; their values are kept by the snippet itself.</summary>
    private void Remember(CSharpCompilation compilation, SnippetCode parts)
    {
        SyntaxTree tree = compilation.SyntaxTrees[^1];
        BlockSyntax body = tree.GetRoot().DescendantNodes().OfType<MethodDeclarationSyntax>().Last(method => method.Identifier.Text == "RunAsync").Body!;

        // The variables of a block are in scope in all of it.
        Dictionary<string, ITypeSymbol> locals = compilation.GetSemanticModel(tree).LookupSymbols(body.Statements[0].SpanStart)
            .OfType<ILocalSymbol>().ToDictionary(local => local.Name, local => local.Type);
        foreach (string variable in parts.Variables)
            _variableTypes[variable] = locals[variable].ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);
    }
}
