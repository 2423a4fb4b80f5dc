namespace Microsoft.ML.Jem.Onnx;

/// <summary>Names inside a model file. All but the input and the outputs begin with <see cref="Prefix"/>, which networks may not use.</summary>
internal static class JemNames
{
    public const string Prefix = "Jem.";

    public const string Features = "Features";
    public const string PredictedLabel = "PredictedLabel";
    public const string Score = "Score";
    public const string Energy = "Energy";
    public const string OodScore = "OodScore";
    public const string Logits = "Logits";

    public const string Offset = Prefix + "Offset";
    public const string Scale = Prefix + "Scale";
    public const string LowerLimit = Prefix + "LowerLimit";
    public const string UpperLimit = Prefix + "UpperLimit";
    public const string Temperature = Prefix + "Temperature";
    public const string Axis1 = Prefix + "Axis1";
    public const string EnergyTable = Prefix + "EnergyTable";

    /// <summary>Whether a name is one networks may not use.</summary>
    public static bool IsReserved(string name) => name.StartsWith(Prefix, StringComparison.Ordinal);
}
