namespace Microsoft.ML.Jem.Evaluation;

/// <summary>
/// Watches a score of rows as they come, the <c>OodScore</c> of a Jem model or any score of any model (<see cref="ForScores"/>), and raises an
/// alarm when the rows are no longer like those of calibration, with a stated rate of false alarms.
/// </summary>
/// <remarks>
/// <para>While rows stay exchangeable with the calibration rows, each row's rank among the calibration rows <em>and all rows
/// before it</em>, ties broken at random, is a conformal p-value, and these p-values are independent and uniform (Vovk, Gammerman,
/// Shafer: Algorithmic Learning in a Random World, 2005). Counting the rows before it matters: against the n
/// calibration rows alone, p-values are uniform only on average over calibration sets, and a long stream would always be found to
/// differ from any one set. n + 1 counters hold all that is needed, as <c>OodScore</c> has that many values.</para>
/// <para>Bets against uniformity (<see cref="Bets"/>) multiply by a factor of mean 1 with every row. Their Shiryaev–Roberts
/// statistic, Rₜ = (Rₜ₋₁ + 1)·factor, sums over all rows at which a change may have happened; its mean is t as long as there is
/// none. So the alarm at Rₜ ≥ c comes, without a change, after c rows or more in the mean, and within the first N rows with a
/// probability of at most N/c, in any distribution, and for the averaged scores of an ensemble too (Vovk et al., "Retrain or not retrain: conformal test martingales for change-point
/// detection", COPA 2021).</para>
/// <para>Deterministic: the same rows in the same order with the same seed give the same numbers. Not thread-safe: one thread at a
/// time.</para>
/// </remarks>
public sealed class OodScoreDrift
{
    /// <summary>Rows between false alarms, in the mean, unless asked otherwise.</summary>
    public const double DefaultRowsPerFalseAlarm = 1_000_000;

    /// <summary>Scores of the calibration rows; null where rows come with their OodScore.</summary>
    private readonly double[]? _calibrationScores;
    private readonly int _seed;
    private readonly double[] _statistics = new double[Bets.Count];
    private readonly double[] _factors = new double[Bets.Count];
    private RankCounts _ranks;
    private Random _ties;

    /// <summary>The calibration rows in ascending order, each with the draw that breaks its ties.</summary>
    private (double Score, double Tie)[] _calibration = [];

    /// <summary>Begins to watch the <c>OodScore</c> of a Jem model.</summary>
    /// <param name="calibrationRowCount">Rows behind the model's <c>OodScore</c>, <c>JemModelParameters.CalibrationRowCount</c>; at least 1.</param>
    /// <param name="rowsPerFalseAlarm">c: without a change, an alarm comes after at least this many rows in the mean; above 1. The default value is 1 000 000.</param>
    /// <param name="seed">Seed of the draws that break ties. The default value is 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public OodScoreDrift(int calibrationRowCount, double rowsPerFalseAlarm = DefaultRowsPerFalseAlarm, int seed = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(calibrationRowCount, 1);
        if (!(rowsPerFalseAlarm > 1 && double.IsFinite(rowsPerFalseAlarm)))
            throw new ArgumentOutOfRangeException(nameof(rowsPerFalseAlarm), rowsPerFalseAlarm, "The rows per false alarm are a finite number above 1.");
        CalibrationRowCount = calibrationRowCount;
        RowsPerFalseAlarm = rowsPerFalseAlarm;
        _seed = seed;
        _ranks = new RankCounts(calibrationRowCount + 1);
        _ties = new Random(seed);
    }

    private OodScoreDrift(double[] calibrationScores, double rowsPerFalseAlarm, int seed)
        : this(calibrationScores.Length, rowsPerFalseAlarm, seed)
    {
        _calibrationScores = calibrationScores;
        DrawTiesOfCalibration();
    }

    /// <summary>Begins to watch any score of any model, such as 1 − its highest probability.</summary>
    /// <param name="calibrationScores">
    /// Scores of rows like those to come, which the model was not trained on; at least one, none of them NaN. A few hundred are enough. Like those of
    /// the rows, higher means less like the training data.
    /// </param>
    /// <param name="rowsPerFalseAlarm">c: without a change, an alarm comes after at least this many rows in the mean; above 1. The default value is 1 000 000.</param>
    /// <param name="seed">Seed of the draws that break ties. The default value is 0.</param>
    /// <returns>A watch that takes the score of each row as it is.</returns>
    /// <exception cref="ArgumentException">There is no score, or one is NaN.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public static OodScoreDrift ForScores(IEnumerable<double> calibrationScores, double rowsPerFalseAlarm = DefaultRowsPerFalseAlarm, int seed = 0)
    {
        ArgumentNullException.ThrowIfNull(calibrationScores);
        double[] scores = [.. calibrationScores];
        if (scores.Length == 0)
            throw new ArgumentException("The watch needs the score of at least one calibration row.", nameof(calibrationScores));
        if (scores.Any(double.IsNaN))
            throw new ArgumentException("A calibration row has the score NaN. Leave such rows out.", nameof(calibrationScores));
        return new OodScoreDrift(scores, rowsPerFalseAlarm, seed);
    }

    /// <summary>Number of calibration rows.</summary>
    public int CalibrationRowCount { get; }

    /// <summary>The threshold c of <see cref="Statistic"/>, and the least mean number of rows until a false alarm.</summary>
    public double RowsPerFalseAlarm { get; }

    /// <summary>Rows seen since the beginning or the last <see cref="Reset"/>.</summary>
    public long RowCount { get; private set; }

    /// <summary>The Shiryaev–Roberts statistic Rₜ, 0 at the beginning; <see cref="RowCount"/> in the mean while nothing changes.</summary>
    public double Statistic { get; private set; }

    /// <summary>The conformal p-value of the last row, uniform on [0, 1] while nothing changes; low = unlike the rows before. NaN before the first row.</summary>
    public double LastPValue { get; private set; } = double.NaN;

    /// <summary>Whether <see cref="Statistic"/> has reached <see cref="RowsPerFalseAlarm"/>. Stays true until <see cref="Reset"/>.</summary>
    public bool IsAlarm { get; private set; }

    /// <summary>The row at which the alarm was raised, counted from 1; null while there is none.</summary>
    public long? AlarmRow { get; private set; }

    /// <summary>Takes in the next row.</summary>
    /// <param name="score">Its <c>OodScore</c>, in [0, 1); or, of a watch made by <see cref="ForScores"/>, its score, which may be infinite but not NaN.</param>
    /// <returns>Whether this row raised the alarm: true once, until <see cref="Reset"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The score is out of range.</exception>
    public bool Add(double score)
    {
        int rank = _calibrationScores is null ? RankOfOodScore(score) : RankAmongCalibration(score);
        LastPValue = _ranks.Add(rank, _ties.NextDouble());
        RowCount++;
        Bets.Factors(LastPValue, _factors);
        double sum = 0;
        for (int i = 0; i < _statistics.Length; i++)
        {
            // Far beyond any threshold, a statistic stays where it is instead of overflowing.
            _statistics[i] = Math.Min((_statistics[i] + 1) * _factors[i], double.MaxValue / (2 * Bets.Count));
            sum += _statistics[i];
        }

        Statistic = sum / _statistics.Length;
        if (IsAlarm || Statistic < RowsPerFalseAlarm)
            return false;
        IsAlarm = true;
        AlarmRow = RowCount;
        return true;
    }

    /// <summary>Forgets all rows, as after a new model or once an alarm was looked into.</summary>
    public void Reset()
    {
        Array.Clear(_statistics);
        _ranks = new RankCounts(CalibrationRowCount + 1);
        _ties = new Random(_seed);
        DrawTiesOfCalibration();
        RowCount = 0;
        Statistic = 0;
        LastPValue = double.NaN;
        IsAlarm = false;
        AlarmRow = null;
    }

    private void DrawTiesOfCalibration() => _calibration = [.. (_calibrationScores ?? []).Select(score => (score, _ties.NextDouble())).Order()];

    /// <summary>How many calibration rows are more like the training data: OodScore · (n + 1), where a float may lie just below the whole number.</summary>
    private int RankOfOodScore(double oodScore)
    {
        if (!(oodScore >= 0 && oodScore < 1))
            throw new ArgumentOutOfRangeException(nameof(oodScore), oodScore, "An OodScore is at least 0 and below 1.");
        return Math.Min((int)(oodScore * (CalibrationRowCount + 1) + 1e-3), CalibrationRowCount);
    }

    /// <summary>How many calibration rows are more like the training data; a draw decides between rows of the same score.</summary>
    private int RankAmongCalibration(double score)
    {
        if (double.IsNaN(score))
            throw new ArgumentOutOfRangeException(nameof(score), score, "A score must not be NaN.");
        int found = Array.BinarySearch(_calibration, (score, _ties.NextDouble()));
        return found < 0 ? ~found : found;
    }
}
