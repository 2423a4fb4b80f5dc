using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Microsoft.ML.Jem.Release.Tests.Docs;

/// <summary>Every error message in the sources of the library, read from their syntax.</summary>
internal static class MessageCatalog
{
    /// <summary>What makes an exception from a message, beside <c>new …Exception</c>: ML.NET's helpers, and our own helpers.</summary>
    private static readonly string[] Makers = ["ExceptDecode", "ExceptParam", "Except", "Bad", "Warn", "Require", "Check"];

    /// <summary>Messages by source file relative to src, with … where a value stands.</summary>
    public static IReadOnlyDictionary<string, string[]> All { get; } = Repository.Sources()
        .Select(path => (Path: Path.GetRelativePath(Path.Combine(Repository.Root, "src"), path).Replace('\\', '/'), Messages: Of(File.ReadAllText(path))))
        .Where(file => file.Messages.Length > 0)
        .ToDictionary(file => file.Path, file => file.Messages);

    private static string[] Of(string source) =>
    [
        .. CSharpSyntaxTree.ParseText(source).GetRoot().DescendantNodes()
            .OfType<ExpressionSyntax>().Where(node => node is LiteralExpressionSyntax or InterpolatedStringExpressionSyntax or BinaryExpressionSyntax)
            .Where(node => node.Parent is not BinaryExpressionSyntax { RawKind: (int)SyntaxKind.AddExpression })
            .Where(node => IsMessage(node))
            .Select(Text).Where(IsSentence).Select(text => text.Replace('\n', ' ').Trim()).Distinct(),
    ];

    /// <summary>Whether a text ends in an exception, a warning or a list of mistakes.</summary>
    private static bool IsMessage(ExpressionSyntax node)
    {
        foreach (SyntaxNode parent in node.Ancestors())
        {
            switch (parent)
            {
                case ObjectCreationExpressionSyntax creation when creation.Type.ToString().EndsWith("Exception", StringComparison.Ordinal):
                case InvocationExpressionSyntax invocation when Makers.Contains(Name(invocation)) || invocation.Expression.ToString() == "mistakes.Add":
                case YieldStatementSyntax when parent.FirstAncestorOrSelf<MethodDeclarationSyntax>()!.Identifier.Text.Contains("Mistake", StringComparison.Ordinal):
                    return true;
                case FieldDeclarationSyntax field when field.Modifiers.Any(SyntaxKind.ConstKeyword):
                    return Text(node) is [.., '.'] or [.., ')'];
                case StatementSyntax or MemberDeclarationSyntax:
                    return false;
            }
        }

        return false;
    }

    private static string Name(InvocationExpressionSyntax invocation) => invocation.Expression switch
    {
        MemberAccessExpressionSyntax member => member.Name.Identifier.Text,
        SimpleNameSyntax name => name.Identifier.Text,
        _ => "",
    };

    private static string Text(ExpressionSyntax expression) => expression switch
    {
        LiteralExpressionSyntax literal when literal.IsKind(SyntaxKind.StringLiteralExpression) => literal.Token.ValueText,
        InterpolatedStringExpressionSyntax interpolated => string.Concat(interpolated.Contents.Select(part =>
            part is InterpolatedStringTextSyntax text ? text.TextToken.ValueText : "…")),
        BinaryExpressionSyntax binary when binary.IsKind(SyntaxKind.AddExpression) => Text(binary.Left) + Text(binary.Right),
        ParenthesizedExpressionSyntax parenthesized => Text(parenthesized.Expression),
        LiteralExpressionSyntax => "",
        _ => "…",
    };

    /// <summary>Three words or more: no name of a column, no separator.</summary>
    private static bool IsSentence(string text) =>
        text.Count(letter => letter == ' ') >= 2 && text.Count(char.IsLetter) > 8;
}
