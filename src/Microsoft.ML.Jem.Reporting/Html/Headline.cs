namespace Microsoft.ML.Jem.Reporting.Html;

/// <summary>A number a reader should see first.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Value">The number, with its unit.</param>
/// <param name="Meaning">A plain sentence that says what it means.</param>
public sealed record Headline(string Name, string Value, string Meaning);
