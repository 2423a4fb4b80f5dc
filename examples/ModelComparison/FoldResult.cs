namespace ModelComparison;

/// <summary>What one trainer achieved on one fold. NaN where something could not be measured.</summary>
/// <remarks>
/// FalseAlarms is the share of known test rows that raise an alarm where 5 % should: OodScore above 0.95; for trainers without that column, 1 − highest
/// probability above the value that 95 % of the training rows stay below.
/// </remarks>
internal sealed record FoldResult(
    double Accuracy,
    double LogLoss,
    double Ece,
    double Brier,
    double AurocUnseen,
    double FalseAlarms,
    double TrainSeconds,
    double RowsPerSecond,
    double ModelBytes);
