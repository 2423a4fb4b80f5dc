using Microsoft.ML.Jem.Images;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Jem.MLNet;

/// <summary>Names the row at which reading fails where ML.NET, which reads with several threads at once, does not.</summary>
internal static class FailingRow
{
    /// <summary>Moves a cursor on.</summary>
    /// <exception cref="InvalidOperationException">It cannot; the message names the row if reading its features is what fails.</exception>
    public static bool MoveNext(DataViewRowCursor cursor, IDataView source, DataViewSchema.Column features, int width, ImageShape? image)
    {
        try
        {
            return cursor.MoveNext();
        }
        catch (InvalidOperationException exception) when (exception.InnerException is not null)
        {
            if (Find(source, features, width, image) is { } named)
                throw Contracts.Except(exception, named.Message);
            throw;
        }
    }

    /// <summary>Reads the features with one cursor, row by row, up to the first that fails.</summary>
    private static InvalidOperationException? Find(IDataView source, DataViewSchema.Column features, int width, ImageShape? image)
    {
        using DataViewRowCursor cursor = source.GetRowCursorSet([features], n: 1)[0];
        var getter = FeatureGetter.Create(cursor, features, width, image, source);
        var row = new float[width];
        try
        {
            while (cursor.MoveNext())
                getter.Read(row);
        }
        catch (InvalidOperationException exception)
        {
            return exception;
        }

        return null;
    }
}
