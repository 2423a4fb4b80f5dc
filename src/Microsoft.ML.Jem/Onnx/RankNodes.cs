namespace Microsoft.ML.Jem.Onnx;

/// <summary>Writes, for each member, how many of its held-out rows are less strange than a row.</summary>
internal static class RankNodes
{
    /// <summary>Writes the nodes.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="settings">The calibrated members.</param>
    /// <param name="statistics">Names of each member's statistics, [N, 1] each.</param>
    /// <returns>Names of the counts, [N, 1] each.</returns>
    public static string[] Write(OnnxGraph graph, JemModelSettings settings, IReadOnlyList<string[]> statistics)
    {
        MemberCalibration[] calibrations = [.. settings.Members.Select(member => member.Calibration!)];
        string[] surprises = SurpriseNodes.Write(graph, statistics, [.. calibrations.Select(calibration => calibration.Curves)]);
        return [.. calibrations.Select((calibration, m) =>
            ConformalLookup.Write(graph, surprises[m], calibration.Table, JemNames.Scope(m, calibrations.Length) + JemNames.Table))];
    }
}
