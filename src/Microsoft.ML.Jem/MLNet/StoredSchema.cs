using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.Data;
using Microsoft.ML.Data.IO;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Jem.MLNet;

/// <summary>
/// Writes columns of a schema with their annotations (a label's KeyValues of any type among them), in ML.NET's own binary
/// format for data, and behind it a SHA-256 of these bytes and of the names of all columns.
/// </summary>
/// <remarks>ML.NET reads that format trusting every count in it: damaged, it may loop without end. So damage is found first.</remarks>
internal static class StoredSchema
{
    public static void Save(IHost host, DataViewSchema schema, string[] columns, ScoreColumnNames names, Stream stream)
    {
        var builder = new DataViewSchema.Builder();
        foreach (string name in columns)
            builder.AddColumn(name, schema[name].Type, schema[name].Annotations);
        using IChannel channel = host.Start("Saving the training schema");
        var saver = new BinarySaver(host, new BinarySaver.Arguments { Silent = true });
        using var memory = new MemoryStream();
        DataSaverUtils.SaveDataView(channel, saver, new EmptyDataView(host, builder.ToSchema()), memory);
        byte[] bytes = memory.ToArray();
        stream.Write(bytes);
        stream.Write(Hash(bytes, columns, names));
    }

    /// <exception cref="FormatException">The bytes, or the names, are not what <see cref="Save"/> was given.</exception>
    public static DataViewSchema Load(IHost host, byte[] stored, string[] columns, ScoreColumnNames names)
    {
        int length = stored.Length - SHA256.HashSizeInBytes;
        if (length < 0 || !stored.AsSpan(length).SequenceEqual(Hash(stored.AsSpan(0, length), columns, names)))
            throw host.ExceptDecode("The model file is damaged: its columns do not match their checksum. Use the original file.");
        var loader = new BinaryLoader(host, new BinaryLoader.Arguments(), new MemoryStream(stored, 0, length, writable: false));
        return ((IDataView)loader).Schema;
    }

    private static byte[] Hash(ReadOnlySpan<byte> schema, string[] columns, ScoreColumnNames names)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(schema);
        foreach (string name in (string[])[.. columns, names.PredictedLabel, names.Score, names.Energy, names.OodScore])
            hash.AppendData(Encoding.UTF8.GetBytes(name + '\0'));
        return hash.GetHashAndReset();
    }
}
