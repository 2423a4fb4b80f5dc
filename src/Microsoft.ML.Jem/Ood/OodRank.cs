using Microsoft.ML.Jem.Onnx;

namespace Microsoft.ML.Jem.Ood;

/// <summary>Writes how many held-out rows are less strange than a row, and reads back all that <c>OodScore</c> is made of.</summary>
/// <remarks>
/// Where each member has held out rows of its own, each row counts for the member that was not trained on it, and all of them together
/// are one table: cross-conformal prediction (Vovk, "Cross-conformal predictors", 2015). Rows of a validation set were seen by no
/// member: their one score is the sum over the members, which is split conformal prediction. The row itself counts once either way.
/// </remarks>
internal static class OodRank
{
    /// <summary>Name of the shared table; those of members have the member's prefix.</summary>
    public const string Table = JemNames.Prefix + "Table";

    /// <summary>Writes the nodes.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="members">The members, all calibrated.</param>
    /// <param name="shared">The table of all members; null where each has its own.</param>
    /// <param name="statistics">Names of each member's statistics, [N, 1] each.</param>
    /// <returns>Name of the count, [N, 1].</returns>
    public static string Write(OnnxGraph graph, IReadOnlyList<MemberSettings> members, ConformalTable? shared, IReadOnlyList<string[]> statistics)
    {
        MemberCalibration[] calibrations = [.. members.Select(member => member.Calibration!)];
        IReadOnlyList<SurpriseCurve>[] curves = [.. calibrations.Select(calibration => calibration.Curves)];
        if (shared is not null)
            return ConformalLookup.Write(graph, TotalSurprise.WriteTotal(graph, statistics, curves), shared, Table);

        string[] surprises = TotalSurprise.Write(graph, statistics, curves);
        return graph.Sum([.. calibrations.Select((calibration, m) =>
            ConformalLookup.Write(graph, surprises[m], calibration.Table!, JemNames.Scope(m, calibrations.Length) + Table))]);
    }

    /// <summary>Reads back the witnesses of each member and what they are judged by.</summary>
    /// <param name="weights">The float values of the model file.</param>
    /// <param name="kinds">The witnesses of every member.</param>
    /// <param name="count">Number of members.</param>
    /// <param name="tableSize">Entries of all conformal tables; 0 where the model is not calibrated.</param>
    /// <param name="width">Number of features.</param>
    /// <exception cref="InvalidDataException">Something is missing or damaged.</exception>
    public static (MemberSettings[] Members, ConformalTable? Shared) Read(OnnxWeights weights, WitnessKind[] kinds, int count, int tableSize, int width)
    {
        bool isCalibrated = tableSize > 0;
        ConformalTable? shared = isCalibrated && count > 1 && ConformalLookup.IsIn(weights, Table) ? ConformalLookup.Read(weights, Table) : null;
        var members = new MemberSettings[count];
        for (int m = 0; m < count; m++)
        {
            string scope = JemNames.Scope(m, count);
            MemberCalibration? calibration = isCalibrated ? new MemberCalibration(
                [.. kinds.Select((_, s) => TotalSurprise.Read(weights, scope, s))],
                shared is null ? ConformalLookup.Read(weights, scope + Table) : null) : null;
            members[m] = new MemberSettings([.. kinds.Select(kind => kind.Read(weights, scope, width))], calibration);
        }

        int found = shared?.Count ?? members.Sum(member => member.Calibration?.Table?.Count ?? 0);
        return found == tableSize
            ? (members, shared)
            : throw new InvalidDataException($"The model is damaged: {tableSize} calibration scores are announced, but {found} are there.");
    }
}

/// <summary>What belongs to one member of the ensemble, beside its network.</summary>
/// <param name="Witnesses">Its witnesses; at least one, in the same order for all members.</param>
/// <param name="Calibration">How their statistics are judged; null while the member is not calibrated yet.</param>
internal sealed record MemberSettings(IReadOnlyList<Witness> Witnesses, MemberCalibration? Calibration = null);

/// <summary>How a member's statistics of a row are judged against rows it has never seen.</summary>
/// <param name="Curves">A surprise curve for each witness, times its weight.</param>
/// <param name="Table">
/// Total surprise of the member's own held-out rows; null where all members are judged together, against one shared table.
/// </param>
internal sealed record MemberCalibration(IReadOnlyList<SurpriseCurve> Curves, ConformalTable? Table);
