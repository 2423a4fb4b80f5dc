using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Images;

namespace Microsoft.ML.Jem.MLNet;

/// <summary>Reads the features of all rows of an IDataView into memory.</summary>
internal static class FeatureRows
{
    public static FeatureMatrix Read(IDataView data, DataViewSchema.Column features, int width, ImageShape? image)
    {
        var rows = new FeatureMatrixBuilder(width);
        using DataViewRowCursor cursor = data.GetRowCursor([features]);
        var getter = FeatureGetter.Create(cursor, features, width, image, data);
        while (FailingRow.MoveNext(cursor, data, features, width, image))
        {
            getter.Read(rows.NextRow());
            rows.Commit();
        }

        return rows.ToMatrix();
    }
}
