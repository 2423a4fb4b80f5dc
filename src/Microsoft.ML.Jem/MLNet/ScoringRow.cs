using Microsoft.ML.Data;
using Microsoft.ML.Jem.Images;
using Microsoft.ML.Jem.Scoring;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Jem.MLNet;

/// <summary>One row with our columns added, scored when the first of them is read; what PredictionEngine works on.</summary>
internal sealed class ScoringRow : WrappingRow
{
    private const long Nothing = long.MinValue;

    private readonly ColumnBindings _bindings;
    private readonly bool[] _active;
    private readonly FeatureGetter? _features;
    private readonly ScoredRows? _scores;
    private readonly ScoreGetters? _getters;
    private long _scoredPosition = Nothing;

    public ScoringRow(
        DataViewRow input, ColumnBindings bindings, bool[] active, DataViewSchema.Column features, ImageShape? image, OnnxScorer scorer)
        : base(input)
    {
        _bindings = bindings;
        _active = active;
        if (bindings.AddedColumnIndices.Any(index => active[index]))
        {
            _features = FeatureGetter.Create(input, features, scorer.Width, image);
            _scores = new ScoredRows(scorer, capacity: 1);
            _getters = new ScoreGetters(Current, scorer.ClassCount);
        }
    }

    public override DataViewSchema Schema => _bindings.Schema;

    public override bool IsColumnActive(DataViewSchema.Column column) => _active[column.Index];

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        Contracts.CheckParam(IsColumnActive(column), nameof(column), "requested column not active");
        int index = _bindings.MapColumnIndex(out bool isSource, column.Index);
        return isSource
            ? Input.GetGetter<TValue>(Input.Schema[index])
            : TypedGetter.Of<TValue>(_getters!.Create(index), column);
    }

    protected override void DisposeCore(bool disposing)
    {
        if (disposing)
            _scores?.Dispose();
    }

    private ScoredRows Current()
    {
        if (_scoredPosition != Input.Position)
        {
            _features!.Read(_scores!.FeaturesOf(0));
            _scores.Refilled(1);
            _scoredPosition = Input.Position;
        }

        return _scores!;
    }
}
