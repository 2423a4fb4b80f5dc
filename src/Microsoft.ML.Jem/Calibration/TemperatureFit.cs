namespace Microsoft.ML.Jem.Calibration;

/// <summary>A fitted temperature and what it does to the held-out rows.</summary>
/// <param name="Temperature">T, by which logits are divided.</param>
/// <param name="LogLossBefore">Mean −ln p(y|x) of the held-out rows at T = 1, in nats.</param>
/// <param name="LogLossAfter">The same at T; never above <paramref name="LogLossBefore"/>.</param>
/// <param name="AtBound">Whether T was stopped by its lower or upper bound.</param>
internal sealed record TemperatureFit(double Temperature, double LogLossBefore, double LogLossAfter, bool AtBound);
