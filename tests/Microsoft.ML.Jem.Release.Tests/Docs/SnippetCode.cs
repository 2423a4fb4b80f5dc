using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Microsoft.ML.Jem.Release.Tests.Docs;

/// <summary>The code of a snippet in its parts.</summary>
/// <param name="Usings">Its using directives.</param>
/// <param name="Statements">Its statements.</param>
/// <param name="Types">The types it declares.</param>
/// <param name="TypeNames">Names of the public ones.</param>
/// <param name="Variables">Names of the variables that outlive it; those of using statements are disposed at its end.</param>
internal sealed record SnippetCode(string Usings, string Statements, string Types, string[] TypeNames, string[] Variables)
{
    public static readonly CSharpParseOptions Options = new(LanguageVersion.Latest);

    public static SnippetCode Parse(string code)
    {
        // A page may show an expression alone.
        if (SyntaxFactory.ParseExpression(code, options: Options) is { ContainsDiagnostics: false } expression && expression.FullSpan.Length == code.Length)
            code += ";";
        CompilationUnitSyntax unit = CSharpSyntaxTree.ParseText(code, Options).GetCompilationUnitRoot();
        StatementSyntax[] statements = [.. unit.Members.OfType<GlobalStatementSyntax>().Select(member => member.Statement)];
        MemberDeclarationSyntax[] types = [.. unit.Members.Where(member => member is not GlobalStatementSyntax)];
        return new SnippetCode(
            unit.Usings.ToFullString(),
            string.Concat(unit.Members.OfType<GlobalStatementSyntax>().Select(member => member.ToFullString())),
            string.Concat(types.Select(type => type.ToFullString())),
            [.. types.OfType<BaseTypeDeclarationSyntax>().Where(type => type.Modifiers.Any(SyntaxKind.PublicKeyword)).Select(type => type.Identifier.Text)],
            [.. statements.SelectMany(VariablesOf).Where(name => name != "_")]);
    }

    /// <summary>Errors of the parser.</summary>
    public static string[] ParseErrors(string code) =>
        [.. CSharpSyntaxTree.ParseText(code, Options).GetDiagnostics().Select(diagnostic => diagnostic.ToString())];

    private static IEnumerable<string> VariablesOf(StatementSyntax statement)
    {
        if (statement is LocalDeclarationStatementSyntax declaration && !declaration.UsingKeyword.IsKind(SyntaxKind.UsingKeyword))
        {
            foreach (VariableDeclaratorSyntax variable in declaration.Declaration.Variables)
                yield return variable.Identifier.Text;
        }

        if (statement is LocalDeclarationStatementSyntax or ExpressionStatementSyntax)
        {
            IEnumerable<SyntaxNode> nodes = statement.DescendantNodes(node => node is not AnonymousFunctionExpressionSyntax);
            foreach (DeclarationExpressionSyntax argument in nodes.OfType<DeclarationExpressionSyntax>())
            {
                if (argument.Designation is SingleVariableDesignationSyntax variable)
                    yield return variable.Identifier.Text;
            }
        }
    }
}
