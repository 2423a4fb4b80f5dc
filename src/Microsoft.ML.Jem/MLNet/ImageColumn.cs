using System.Runtime.CompilerServices;
using Microsoft.ML.Data;
using Microsoft.ML.Jem.Images;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.Jem.MLNet;

/// <summary>Recognises columns of images.</summary>
/// <remarks>
/// Image types live in Microsoft.ML.ImageAnalytics, which applications without images do not have: <see cref="Is"/> asks for
/// the type by name, and only a column that is an image leads to code that names it.
/// </remarks>
internal static class ImageColumn
{
    /// <summary>Whether a column's values are <c>MLImage</c>.</summary>
    public static bool Is(DataViewType type) => type.RawType.FullName == "Microsoft.ML.Data.MLImage";

    /// <summary>Requires that images of a column can be images of a shape.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column's images have another size.</exception>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Check(IExceptionContext context, DataViewSchema.Column column, ImageShape image)
    {
        if (image.Channels is not (1 or 3))
            throw context.ExceptSchemaMismatch("schema", "feature", column.Name, $"images of 1 channel (grey) or 3 (colour), or a vector of {image.Size} values", $"images, while the network takes {image.Channels} channels");
        var type = (ImageDataViewType)column.Type;
        bool known = type.Height > 0 && type.Width > 0;
        if (known && (type.Height != image.Height || type.Width != image.Width))
            throw context.ExceptSchemaMismatch("schema", "feature", column.Name, $"images of {image.Width} × {image.Height} pixels (width × height)", $"{type.Width} × {type.Height}");
    }
}
