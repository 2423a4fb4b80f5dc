using Microsoft.ML.Jem.Calibration;

namespace Microsoft.ML.Jem.Onnx;

/// <summary>Writes how many held-out rows are less strange than a row.</summary>
/// <remarks>
/// Where each member has held out rows of its own, each row counts for the member that was not trained on it, and all of them together
/// are one table: cross-conformal prediction (Vovk, "Cross-conformal predictors", 2015). Rows of a validation set were seen by no
/// member: their one score is the sum over the members, which is split conformal prediction. The row itself counts once either way.
/// </remarks>
internal static class RankNodes
{
    /// <summary>Writes the nodes.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="settings">The calibrated members.</param>
    /// <param name="statistics">Names of each member's statistics, [N, 1] each.</param>
    /// <returns>Name of the count, [N, 1].</returns>
    public static string Write(OnnxGraph graph, JemModelSettings settings, IReadOnlyList<string[]> statistics)
    {
        MemberCalibration[] calibrations = [.. settings.Members.Select(member => member.Calibration!)];
        IReadOnlyList<SurpriseCurve>[] curves = [.. calibrations.Select(calibration => calibration.Curves)];
        if (settings.SharedTable is { } shared)
            return ConformalLookup.Write(graph, SurpriseNodes.WriteTotal(graph, statistics, curves), shared, JemNames.Table);

        string[] surprises = SurpriseNodes.Write(graph, statistics, curves);
        return graph.Sum([.. calibrations.Select((calibration, m) =>
            ConformalLookup.Write(graph, surprises[m], calibration.Table!, JemNames.Scope(m, calibrations.Length) + JemNames.Table))]);
    }
}
