namespace Microsoft.ML.Jem.Scoring;

/// <summary>Arrays for the features and outputs of a number of rows, at fixed addresses; outputs get theirs when first asked for.</summary>
internal sealed class ScoringBuffers(int capacity, int width, int classCount, int statisticCount)
{
    private long[]? _predictedLabel;
    private float[]? _score;
    private float[]? _energy;
    private float[]? _oodScore;
    private float[]? _logits;
    private float[]? _statistics;

    public int Width => width;

    public int ClassCount => classCount;

    public int StatisticCount => statisticCount;

    public float[] Features { get; } = Allocate<float>(checked(capacity * width));

    public long[] PredictedLabel => _predictedLabel ??= Allocate<long>(capacity);

    public float[] Score => _score ??= Allocate<float>(checked(capacity * classCount));

    public float[] Energy => _energy ??= Allocate<float>(capacity);

    public float[] OodScore => _oodScore ??= Allocate<float>(capacity);

    public float[] Logits => _logits ??= Allocate<float>(checked(capacity * classCount));

    public float[] Statistics => _statistics ??= Allocate<float>(checked(capacity * statisticCount));

    private static T[] Allocate<T>(int length) => GC.AllocateArray<T>(length, pinned: true);
}
