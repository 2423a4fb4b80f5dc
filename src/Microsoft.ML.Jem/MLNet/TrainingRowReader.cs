using Microsoft.ML.Data;
using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Images;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Jem.MLNet;

/// <summary>Reads features, labels and weights of an IDataView into memory, once.</summary>
internal static class TrainingRowReader
{
    /// <summary>Reads every usable row of <paramref name="data"/>; of images where the network takes those.</summary>
    /// <remarks>
    /// A row whose label is missing is kept as unlabelled. A row with a feature that is NaN or infinite, or with a weight that is
    /// not a positive number, is skipped and counted in a warning, as ML.NET's own trainers do.
    /// </remarks>
    /// <exception cref="InvalidOperationException">No usable row.</exception>
    public static TrainingRows Read(IHost host, IChannel channel, RoleMappedData data, ImageShape? image)
    {
        DataViewSchema.Column features = data.Schema.Feature!.Value;
        DataViewSchema.Column label = data.Schema.Label!.Value;
        DataViewSchema.Column? weight = data.Schema.Weight;
        if (image is not null)
            FeatureColumns.Resolve(host, image, features);
        int width = image?.Size ?? features.Type.GetVectorSize();
        int classCount = label.Type.GetKeyCountAsInt32(host);

        var matrix = new FeatureMatrixBuilder(width);
        var labels = new List<int>();
        List<float>? weights = weight is null ? null : [];
        long badFeatures = 0, badWeights = 0;

        DataViewSchema.Column[] columns = weight is null ? [features, label] : [features, label, weight.Value];
        using (DataViewRowCursor cursor = data.Data.GetRowCursor(columns))
        {
            var featureGetter = FeatureGetter.Create(cursor, features, width, image, data.Data);
            ValueGetter<uint> labelGetter = cursor.GetGetter<uint>(label);
            ValueGetter<float>? weightGetter = weight is null ? null : cursor.GetGetter<float>(weight.Value);
            uint labelValue = 0;
            float weightValue = 1;
            while (FailingRow.MoveNext(cursor, data.Data, features, width, image))
            {
                if (cursor.Position % 1024 == 0)
                    host.CheckAlive();

                Span<float> row = matrix.NextRow();
                featureGetter.Read(row);
                if (!AllFinite(row))
                {
                    badFeatures++;
                    continue;
                }

                if (weightGetter is not null)
                {
                    weightGetter(ref weightValue);
                    if (!float.IsFinite(weightValue) || weightValue <= 0)
                    {
                        badWeights++;
                        continue;
                    }

                    weights!.Add(weightValue);
                }

                labelGetter(ref labelValue);
                labels.Add(labelValue == 0 ? TrainingRows.Unlabelled : (int)labelValue - 1);
                matrix.Commit();
            }
        }

        if (badFeatures > 0)
            channel.Warning($"Skipped {badFeatures} rows with missing or infinite values in feature column '{features.Name}'.");
        if (badWeights > 0)
            channel.Warning($"Skipped {badWeights} rows whose weight in column '{weight!.Value.Name}' is not a positive number.");
        if (labels.Count == 0)
        {
            throw channel.Except(
                $"No valid training rows: of {badFeatures + badWeights} rows read, {badFeatures} have missing or infinite features " +
                $"and {badWeights} have no positive weight. Fill missing values (ReplaceMissingValues) or check the data source.");
        }

        return new TrainingRows(matrix.ToMatrix(), [.. labels], weights?.ToArray(), classCount);
    }

    private static bool AllFinite(ReadOnlySpan<float> values)
    {
        foreach (float value in values)
        {
            if (!float.IsFinite(value))
                return false;
        }

        return true;
    }
}
