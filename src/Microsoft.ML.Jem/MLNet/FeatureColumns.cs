using Microsoft.ML.Data;
using Microsoft.ML.Jem.Images;
using Microsoft.ML.Jem.Networks;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Jem.MLNet;

/// <summary>Which feature columns a network can read: vectors of floats, and where it takes images, images and vectors of bytes as well.</summary>
internal static class FeatureColumns
{
    /// <summary>Whether a column is read in a way of our own, so that ML.NET's rule for trainers does not cover it.</summary>
    public static bool IsPixels(DataViewType itemType) => itemType == NumberDataViewType.Byte || ImageColumn.Is(itemType);

    /// <summary>Whether a column can be read by a network that takes images, if their shape is right.</summary>
    public static bool CanHoldImages(DataViewType type) =>
        ImageColumn.Is(type) || (type is VectorDataViewType { IsKnownSize: true } vector && (vector.ItemType == NumberDataViewType.Single || vector.ItemType == NumberDataViewType.Byte));

    /// <summary>The network for a feature column: its images' pixels lie as the column's dimensions say.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The network cannot take such a column.</exception>
    /// <exception cref="InvalidOperationException">The column's dimensions are not those of the network's images.</exception>
    public static JemNetwork Fit(IHost host, JemNetwork network, DataViewSchema.Column column)
    {
        if (network.Image is { } image)
            return network.WithImage(Resolve(host, image, column));
        if (IsPixels(column.Type.GetItemType()))
        {
            throw host.ExceptSchemaMismatch("schema", "feature", column.Name,
                $"a vector of Single for {network.GetType().Name} (extract the pixels as floats, or choose a network for images such as {nameof(WideResNet)})", column.Type.ToString()!);
        }

        return network;
    }

    /// <summary>The shape of a column's images, with its order known.</summary>
    public static ImageShape Resolve(IHost host, ImageShape image, DataViewSchema.Column column)
    {
        if (column.Type is VectorDataViewType vector)
            return image.Resolve(vector.Dimensions.AsSpan(), column.Name);
        ImageColumn.Check(host, column, image);
        return image with { Order = image.Order ?? PixelOrder.Planar };
    }

    /// <summary>The feature and label column as models keep them: with a vector of floats in the place of images.</summary>
    public static DataViewSchema Describe(DataViewSchema schema, string feature, string label, ImageShape? image)
    {
        var builder = new DataViewSchema.Builder();
        DataViewType type = schema[feature].Type is VectorDataViewType vector
            ? vector
            : new VectorDataViewType(NumberDataViewType.Single, Dimensions(image!));
        builder.AddColumn(feature, type, schema[feature].Annotations);
        builder.AddColumn(label, schema[label].Type, schema[label].Annotations);
        return builder.ToSchema();
    }

    private static int[] Dimensions(ImageShape image) => image.Order == PixelOrder.Interleaved
        ? [image.Height, image.Width, image.Channels]
        : [image.Channels, image.Height, image.Width];
}
