using Microsoft.ML.Data;

namespace Microsoft.ML.Jem.Tests;

public sealed class JemTransformerExtensionsTests(CloudModel model) : IClassFixture<CloudModel>
{
    [Fact]
    public void The_model_is_found_wherever_it_stands_in_the_pipeline()
    {
        ITransformer names = model.Context.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(model.Chain.Transform(model.Data));

        Assert.Same(model.Jem, model.Jem.GetJemTransformer());
        Assert.Same(model.Jem, model.Chain.GetJemTransformer());
        Assert.Same(model.Jem, new TransformerChain<ITransformer>(model.Chain, names).GetJemTransformer());
    }

    [Fact]
    public void A_loaded_pipeline_gives_its_model()
    {
        using var file = new MemoryStream();
        model.Context.Model.Save(model.Chain, model.Data.Schema, file);
        ITransformer loaded = model.Context.Model.Load(file, out _);

        using JemTransformer jem = loaded.GetJemTransformer();

        Assert.Equal(["a", "b", "c"], jem.Model.ClassNames.Order());
    }

    [Fact]
    public void The_last_of_several_is_given()
    {
        using JemTransformer other = model.Jem.WithTemperature(2);

        Assert.Same(other, new TransformerChain<ITransformer>(model.Jem, other).GetJemTransformer());
    }

    [Fact]
    public void A_pipeline_without_a_model_is_refused_with_what_it_holds()
    {
        ITransformer keys = model.Context.Transforms.Conversion.MapValueToKey("Label").Fit(model.Data);

        string message = Assert.Throws<InvalidOperationException>(() => keys.GetJemTransformer()).Message;

        Assert.Contains("holds no Jem model. It holds: ValueToKeyMappingTransformer", message);
        Assert.Throws<ArgumentNullException>(() => ((ITransformer)null!).GetJemTransformer());
    }
}
