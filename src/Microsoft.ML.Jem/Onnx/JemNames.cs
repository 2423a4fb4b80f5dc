namespace Microsoft.ML.Jem.Onnx;

/// <summary>Names inside a model file. All but the input and the outputs begin with <see cref="Prefix"/>, which networks may not use.</summary>
internal static class JemNames
{
    public const string Prefix = "Jem.";

    public const string Features = "Features";
    public const string PredictedLabel = "PredictedLabel";
    public const string PredictedLabelName = "PredictedLabelName";
    public const string Score = "Score";
    public const string Energy = "Energy";
    public const string OodScore = "OodScore";
    public const string Logits = "Logits";
    public const string Statistics = "Statistics";

    public const string Offset = Prefix + "Offset";
    public const string Scale = Prefix + "Scale";
    public const string LowerLimit = Prefix + "LowerLimit";
    public const string UpperLimit = Prefix + "UpperLimit";
    public const string WideLowerLimit = Prefix + "Reference.LowerLimit";
    public const string WideUpperLimit = Prefix + "Reference.UpperLimit";
    public const string Temperature = Prefix + "Temperature";
    public const string Axis = Prefix + "Axis";
    public const string Tail = Prefix + "Tail";
    public const string RankCount = Prefix + "RankCount";
    public const string Doubt = Prefix + "Doubt";

    /// <summary>The mean of the members' softmax, where <see cref="Score"/> is more than that.</summary>
    public const string Probability = Prefix + "Probability";

    /// <summary>What the names of a member's values begin with; nothing where it is the only one.</summary>
    public static string Scope(int member, int memberCount) => memberCount == 1 ? "" : $"member{member}.";

    /// <summary>Whether a name is one networks may not use, whatever member it belongs to.</summary>
    public static bool IsReserved(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal) || name.Contains("." + Prefix, StringComparison.Ordinal);
}
