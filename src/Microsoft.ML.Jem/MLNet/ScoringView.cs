using Microsoft.ML.Data;
using Microsoft.ML.Jem.Scoring;
using Microsoft.ML.Model.OnnxConverter;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Jem.MLNet;

/// <summary>
/// A data view with the columns of a Jem model added: scored block by block when read with a cursor, row by row when it maps
/// single rows (PredictionEngine). Both run the same graph.
/// </summary>
internal sealed class ScoringView : IDataTransform, ITransformTemplate, IRowToRowMapper, ITransformCanSaveOnnx
{
    private readonly IHost _host;
    private readonly JemTransformer _transformer;
    private readonly ColumnBindings _bindings;
    private readonly DataViewSchema.Column _features;

    public ScoringView(IHost host, JemTransformer transformer, IDataView source)
    {
        _host = host;
        _transformer = transformer;
        Source = source;
        _features = transformer.CheckFeatures(source.Schema);
        _bindings = new ColumnBindings(source.Schema, transformer.CreateColumns(source.Schema));
    }

    public IDataView Source { get; }

    public DataViewSchema Schema => _bindings.Schema;

    public DataViewSchema InputSchema => Source.Schema;

    DataViewSchema IRowToRowMapper.OutputSchema => Schema;

    public bool CanShuffle => Source.CanShuffle;

    public long? GetRowCount() => Source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        bool[] active = Active(columnsNeeded);
        OnnxScorer? scorer = ScorerFor(active);
        return CreateCursor(Source.GetRowCursor(SourceColumns(active), CanShuffle ? rand : null), active, scorer, Environment.ProcessorCount);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        bool[] active = Active(columnsNeeded);
        OnnxScorer? scorer = ScorerFor(active);
        DataViewRowCursor[] inputs = Source.GetRowCursorSet(SourceColumns(active), n, CanShuffle ? rand : null);
        if (inputs.Length == 1 && n > 1 && scorer is not null)
            inputs = DataViewUtils.CreateSplitCursors(_host, inputs[0], n);

        // Where rows cannot be split, as those with images, one cursor does the work of all.
        int threads = inputs.Length == 1 ? n : 1;
        return Array.ConvertAll(inputs, input => CreateCursor(input, active, scorer, threads));
    }

    IEnumerable<DataViewSchema.Column> IRowToRowMapper.GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns) =>
        SourceColumns(Active(dependingColumns));

    DataViewRow IRowToRowMapper.GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
    {
        _host.CheckValue(input, nameof(input));
        _host.Check(input.Schema == InputSchema, "The row's schema must be the schema the mapper is bound to.");
        return new ScoringRow(input, _bindings, Active(activeColumns), _features, _transformer.Image, _transformer.Scorer);
    }

    IDataTransform ITransformTemplate.ApplyToData(IHostEnvironment env, IDataView newSource) =>
        new ScoringView(_host, _transformer, newSource);

    void ICanSaveModel.Save(ModelSaveContext ctx) => ((ICanSaveModel)_transformer).Save(ctx);

    /// <remarks>Always true: ML.NET would leave out a step that cannot be saved, and say so only in its log. <see cref="ISaveAsOnnx.SaveAsOnnx"/> throws instead.</remarks>
    bool ICanSaveOnnx.CanSaveOnnx(OnnxContext ctx) => true;

    void ISaveAsOnnx.SaveAsOnnx(OnnxContext ctx)
    {
        _host.CheckValue(ctx, nameof(ctx));
        DataViewSchema.Column[] added = [.. _bindings.AddedColumnIndices.Select(index => Schema[index])];
        OnnxPipelineStep.Write(ctx, _transformer.Model.Graph, _features, added);
    }

    private DataViewRowCursor CreateCursor(DataViewRowCursor input, bool[] active, OnnxScorer? scorer, int threads)
    {
        if (scorer is null)
            return new UnscoredCursor(_host, input, _bindings, active);

        bool[] kept = _bindings.GetActiveInput(index => active[index]);
        DataViewSchema.Column[] columns = [.. InputSchema.Where(column => kept[column.Index])];
        threads = Math.Min(threads, scorer.MostThreads);
        var reader = new RowBlockReader(input, columns, _features, _transformer.Image, scorer, Source, threads);
        return new ScoringCursor(_host, reader, _bindings, active, scorer.ClassCount);
    }

    private bool[] Active(IEnumerable<DataViewSchema.Column> columns)
    {
        _host.CheckValue(columns, nameof(columns));
        Func<int, bool> needed = RowCursorUtils.FromColumnsToPredicate(columns, Schema);
        var active = new bool[Schema.Count];
        for (int i = 0; i < active.Length; i++)
            active[i] = needed(i);
        return active;
    }

    /// <summary>The model, where a column of ours is active; asked for before cursors are opened, as it may have been disposed.</summary>
    private OnnxScorer? ScorerFor(bool[] active) => NeedsScores(active) ? _transformer.Scorer : null;

    private bool NeedsScores(bool[] active) => _bindings.AddedColumnIndices.Any(index => active[index]);

    private IEnumerable<DataViewSchema.Column> SourceColumns(bool[] active)
    {
        bool[] needed = _bindings.GetActiveInput(index => active[index]);
        if (NeedsScores(active))
            needed[_features.Index] = true;
        return InputSchema.Where(column => needed[column.Index]);
    }
}
