using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace ModelComparison;

/// <summary>Turns mixed columns into one vector of features with ML.NET's own transforms.</summary>
internal static class Featurization
{
    private const string Features = "Features";
    private const string WasMissing = "WasMissing";

    /// <summary>
    /// Missing numbers become the column's mean, with an indicator beside them; text becomes indicators of its values; labels become keys.
    /// </summary>
    public static IEstimator<ITransformer> Create(MLContext mlContext, DataSet data)
    {
        TransformsCatalog transforms = mlContext.Transforms;
        IEstimator<ITransformer> pipeline = transforms.Conversion.MapValueToKey("Label", DataSet.LabelText, keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByValue);
        var parts = new List<string>();
        if (data.HasNumbers)
        {
            parts.Add(DataSet.Numbers);
            if (data.HasMissingNumbers)
            {
                pipeline = pipeline
                    .Append(transforms.IndicateMissingValues(WasMissing, DataSet.Numbers))
                    .Append(transforms.Conversion.ConvertType(WasMissing, outputKind: DataKind.Single))
                    .Append(transforms.ReplaceMissingValues(DataSet.Numbers, replacementMode: MissingValueReplacingEstimator.ReplacementMode.Mean));
                parts.Add(WasMissing);
            }
        }

        foreach (string text in data.Texts)
        {
            pipeline = pipeline.Append(transforms.Categorical.OneHotEncoding(text));
            parts.Add(text);
        }

        return pipeline.Append(transforms.Concatenate(Features, [.. parts]));
    }
}
