using Microsoft.ML.Jem.Calibration;
using Microsoft.ML.Jem.Features;

namespace Microsoft.ML.Jem.Onnx;

/// <summary>What belongs to one member of the ensemble, beside its network.</summary>
/// <param name="Reference">Density of the rows the member was trained on; null where no statistic needs it.</param>
/// <param name="Prototypes">Hidden directions of the rows it was trained on; null where no statistic needs them.</param>
/// <param name="Calibration">How its statistics are judged; null while it is not calibrated yet.</param>
internal sealed record MemberSettings(ReferenceMeasure? Reference = null, Prototypes? Prototypes = null, MemberCalibration? Calibration = null);

/// <summary>How a member's statistics of a row are judged against rows it has never seen.</summary>
/// <param name="Curves">A surprise curve for each statistic, times the statistic's weight.</param>
/// <param name="Table">
/// Total surprise of the member's own held-out rows; null where all members are judged together (<see cref="JemModelSettings.SharedTable"/>).
/// </param>
internal sealed record MemberCalibration(IReadOnlyList<SurpriseCurve> Curves, ConformalTable? Table);
