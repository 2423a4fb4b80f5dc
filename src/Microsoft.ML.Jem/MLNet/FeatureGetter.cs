using Microsoft.ML.Data;
using Microsoft.ML.Jem.Images;

namespace Microsoft.ML.Jem.MLNet;

/// <summary>Reads the features of the current row into a span, whatever type their column has.</summary>
internal abstract class FeatureGetter
{
    /// <summary>A getter for a vector of floats or bytes, dense or sparse, or for an image.</summary>
    /// <param name="row">Where rows are read.</param>
    /// <param name="column">The active feature column.</param>
    /// <param name="width">Features a row.</param>
    /// <param name="image">The shape of the images; needed for an image column only.</param>
    /// <param name="source">The rows' view, in which an error looks for the names of files; null where there is none.</param>
    public static FeatureGetter Create(DataViewRow row, DataViewSchema.Column column, int width, ImageShape? image = null, IDataView? source = null)
    {
        if (ImageColumn.Is(column.Type))
            return new ImageFeatureGetter(row, column, image!, source);
        return column.Type.GetItemType() == NumberDataViewType.Byte
            ? new VectorFeatureGetter<byte>(row, column, width, source)
            : new VectorFeatureGetter<float>(row, column, width, source);
    }

    /// <summary>Fills <paramref name="destination"/> with the row's features; with NaN where the row has none.</summary>
    /// <exception cref="InvalidOperationException">The row cannot be read, or has another shape than the schema said.</exception>
    public abstract void Read(Span<float> destination);
}
