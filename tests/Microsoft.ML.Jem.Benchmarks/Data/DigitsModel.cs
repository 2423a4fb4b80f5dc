using Microsoft.ML.Data;
using Microsoft.ML.Jem.Tests.Data;

namespace Microsoft.ML.Jem.Benchmarks.Data;

/// <summary>
/// A model of the digits by the default recipe but for the number of epochs, which leaves the graph as large and as slow as it is
/// and spares minutes.
/// </summary>
internal sealed class DigitsModel : IDisposable
{
    /// <summary>Features a row.</summary>
    public const int Width = 64;

    private static readonly Lazy<DigitsModel> Once = new(Train);

    private DigitsModel(MLContext context)
    {
        Context = context;
        Rows = Benchmarks.Data.Rows.Of(Digits.Test);
        Data = View(Benchmarks.Data.Rows.Of(Digits.Train));
        Transformer = context.MulticlassClassification.Trainers.Jem(new JemTrainer.Options { NumberOfEpochs = 3 }).Fit(Data);
    }

    /// <summary>Where it was trained.</summary>
    public MLContext Context { get; }

    /// <summary>What it was trained on.</summary>
    public IDataView Data { get; }

    /// <summary>Digits it has not seen.</summary>
    public Row[] Rows { get; }

    /// <summary>The model.</summary>
    public JemTransformer Transformer { get; }

    /// <summary>The model as ONNX Runtime reads it.</summary>
    public byte[] Graph => Transformer.Model.Graph;

    /// <summary>One for all ratios; it lives as long as the process.</summary>
    public static DigitsModel Shared => Once.Value;

    /// <summary>Trains.</summary>
    public static DigitsModel Train() => new(new MLContext(seed: 1));

    /// <summary>A view of rows of digits.</summary>
    public IDataView View(IEnumerable<Row> rows) => Benchmarks.Data.Rows.View(Context, rows, Width, Digits.ClassCount);

    /// <summary>What scores single digits.</summary>
    public PredictionEngine<Row, Scored> CreateEngine()
    {
        var schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, Width);
        schema[nameof(Row.Label)].ColumnType = new KeyDataViewType(typeof(uint), Digits.ClassCount);
        return Context.Model.CreatePredictionEngine<Row, Scored>(Transformer, inputSchemaDefinition: schema);
    }

    /// <inheritdoc/>
    public void Dispose() => Transformer.Dispose();
}
