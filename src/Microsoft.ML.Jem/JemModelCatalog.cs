using Microsoft.ML.Jem.MLNet;

// In ML.NET's own namespace, so that "using Microsoft.ML;" is all a user needs.
namespace Microsoft.ML;

/// <summary>
/// Saves and loads models so that neither a full disk nor a damaged file does harm, for any model of ML.NET.
/// </summary>
/// <remarks>
/// <c>mlContext.Model.Save(model, schema, path)</c> empties the file before it writes, and <c>mlContext.Model.Load</c> finds some
/// damage, takes other damage for another model, and may loop without end over a damaged schema. The files are the same: what
/// <see cref="SaveVerified"/> writes, <c>Model.Load</c> reads.
/// </remarks>
public static class JemModelCatalog
{
    /// <summary>The most bytes a model may unpack to unless asked otherwise: 2 GiB.</summary>
    public const long DefaultMaximumBytes = 2L << 30;

    /// <summary>
    /// Saves a model with a checksum of the whole file. The file appears complete or not at all: where saving fails, one of that name
    /// stays as it was.
    /// </summary>
    /// <param name="catalog">The model operations.</param>
    /// <param name="model">The model.</param>
    /// <param name="inputSchema">Schema of the data the model takes.</param>
    /// <param name="filePath">The file to write; one that exists is replaced.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="IOException">The file cannot be written; the message says why.</exception>
    /// <exception cref="UnauthorizedAccessException">Writing in that folder is not allowed.</exception>
    public static void SaveVerified(this ModelOperationsCatalog catalog, ITransformer model, DataViewSchema inputSchema, string filePath)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrEmpty(filePath);
        using var memory = new MemoryStream();
        catalog.Save(model, inputSchema, memory);
        VerifiedArchive.Write(filePath, memory.ToArray());
    }

    /// <summary>Loads a model that <see cref="SaveVerified"/> saved, after comparing the whole file with its checksum; at most <see cref="DefaultMaximumBytes"/>.</summary>
    /// <param name="catalog">The model operations.</param>
    /// <param name="filePath">The file.</param>
    /// <param name="inputSchema">Schema of the data the model takes.</param>
    /// <returns>The model.</returns>
    /// <inheritdoc cref="LoadVerified(ModelOperationsCatalog, string, out DataViewSchema, long)" path="/remarks"/>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">The file is too large, was damaged, or was not saved by <see cref="SaveVerified"/>.</exception>
    public static ITransformer LoadVerified(this ModelOperationsCatalog catalog, string filePath, out DataViewSchema inputSchema) =>
        catalog.LoadVerified(filePath, out inputSchema, DefaultMaximumBytes);

    /// <summary>Loads a model that <see cref="SaveVerified"/> saved, after comparing the whole file with its checksum.</summary>
    /// <param name="catalog">The model operations.</param>
    /// <param name="filePath">The file.</param>
    /// <param name="inputSchema">Schema of the data the model takes.</param>
    /// <param name="maximumBytes">The most bytes accepted, as a file and unpacked.</param>
    /// <returns>The model.</returns>
    /// <remarks>
    /// The checksum finds damage, not malice: who edits a file on purpose can compute it again. Load models from trusted sources
    /// only, as a file names the code that ML.NET loads it with.
    /// </remarks>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">The file is too large, was damaged, or was not saved by <see cref="SaveVerified"/>.</exception>
    public static ITransformer LoadVerified(
        this ModelOperationsCatalog catalog, string filePath, out DataViewSchema inputSchema, long maximumBytes)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentException.ThrowIfNullOrEmpty(filePath);
        using FileStream file = File.OpenRead(filePath);
        using Stream archive = VerifiedArchive.Read(file, $"'{filePath}'", maximumBytes);
        return catalog.Load(archive, out inputSchema);
    }

    /// <summary>Loads a model from the content of a file that <see cref="SaveVerified"/> saved, after comparing it with its checksum.</summary>
    /// <param name="catalog">The model operations.</param>
    /// <param name="stream">The file's content; it is read to its end and need not be seekable.</param>
    /// <param name="inputSchema">Schema of the data the model takes.</param>
    /// <param name="maximumBytes">The most bytes accepted, packed and unpacked.</param>
    /// <returns>The model.</returns>
    /// <inheritdoc cref="LoadVerified(ModelOperationsCatalog, string, out DataViewSchema, long)" path="/remarks"/>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    /// <exception cref="InvalidDataException">The content is too large, was damaged, or was not saved by <see cref="SaveVerified"/>.</exception>
    public static ITransformer LoadVerified(
        this ModelOperationsCatalog catalog, Stream stream, out DataViewSchema inputSchema, long maximumBytes)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(stream);
        using Stream archive = VerifiedArchive.Read(stream, "The model", maximumBytes);
        return catalog.Load(archive, out inputSchema);
    }
}
