using System.Text.Json;
using Microsoft.ML.Jem.Files;

namespace Microsoft.ML.Jem.Benchmarks;

/// <summary>A JSON file that is replaced as a whole.</summary>
internal sealed class JsonFile
{
    /// <summary>How figures are written: indented, names in camel case.</summary>
    public static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private readonly string _path;

    /// <summary>Checks that the file can be written: before minutes of measuring, not after them.</summary>
    /// <param name="path">The file.</param>
    /// <param name="content">What it is for, in the plural; the error message begins with it.</param>
    /// <exception cref="IOException">Nothing can be written there.</exception>
    public JsonFile(string path, string content)
    {
        _path = path;
        try
        {
            if (Directory.Exists(path))
                throw new IOException("It is a directory.");
            new AtomicFile(path).Dispose();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{content} cannot be written to '{path}': {exception.Message} Give a file in a directory that exists and can be written to.", exception);
        }
    }

    /// <summary>Replaces the file.</summary>
    public void Write<T>(T value) => AtomicFile.Write(_path, [.. JsonSerializer.SerializeToUtf8Bytes(value, Format), (byte)'\n']);
}
