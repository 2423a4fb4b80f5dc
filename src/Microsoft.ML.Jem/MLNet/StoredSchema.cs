using Microsoft.ML.Data;
using Microsoft.ML.Data.IO;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Jem.MLNet;

/// <summary>
/// Writes columns of a schema with their annotations (a label's KeyValues of any type among them), in ML.NET's own binary
/// format for data.
/// </summary>
internal static class StoredSchema
{
    public static void Save(IHost host, DataViewSchema schema, string[] columns, Stream stream)
    {
        var builder = new DataViewSchema.Builder();
        foreach (string name in columns)
            builder.AddColumn(name, schema[name].Type, schema[name].Annotations);
        using IChannel channel = host.Start("Saving the training schema");
        var saver = new BinarySaver(host, new BinarySaver.Arguments { Silent = true });
        DataSaverUtils.SaveDataView(channel, saver, new EmptyDataView(host, builder.ToSchema()), stream);
    }

    /// <exception cref="FormatException">The bytes are not what <see cref="Save"/> wrote.</exception>
    public static DataViewSchema Load(IHost host, byte[] bytes)
    {
        var loader = new BinaryLoader(host, new BinaryLoader.Arguments(), new MemoryStream(bytes, writable: false));
        return ((IDataView)loader).Schema;
    }
}
