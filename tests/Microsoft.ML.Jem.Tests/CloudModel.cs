using Microsoft.ML.Data;

namespace Microsoft.ML.Jem.Tests;

/// <summary>A model trained once on <see cref="TestData.Clouds"/> and shared by the tests of a class.</summary>
public sealed class CloudModel : IDisposable
{
    public CloudModel()
    {
        Context = new MLContext(seed: 1);
        Data = Context.Data.LoadFromEnumerable(TestData.Clouds());
        Chain = TestData.Pipeline(Context).Fit(Data);
    }

    public MLContext Context { get; }

    public IDataView Data { get; }

    public TransformerChain<JemTransformer> Chain { get; }

    public JemTransformer Jem => Chain.LastTransformer;

    public void Dispose() => Chain.Dispose();
}
