namespace Microsoft.ML.Jem.Ood;

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
