using System.Text.Json;

namespace Microsoft.ML.Jem.Benchmarks;

/// <summary>A JSON file that is written beside itself and renamed, so that there is never half a file.</summary>
internal sealed class JsonFile
{
    /// <summary>How figures are written: indented, names in camel case.</summary>
    public static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private readonly string _path;
    private readonly string _beside;

    /// <summary>Checks that the file can be written: before minutes of measuring, not after them.</summary>
    /// <param name="path">The file.</param>
    /// <param name="content">What it is for, in the plural; the error message begins with it.</param>
    /// <exception cref="IOException">Nothing can be written there.</exception>
    public JsonFile(string path, string content)
    {
        _path = Path.GetFullPath(path);
        _beside = $"{_path}.{Environment.ProcessId}.tmp";
        try
        {
            if (Directory.Exists(_path))
                throw new IOException("It is a directory.");

            using (File.Create(_beside))
            {
            }

            File.Delete(_beside);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{content} cannot be written to '{path}': {exception.Message} Give a file in a directory that exists and can be written to.", exception);
        }
    }

    /// <summary>Replaces the file.</summary>
    public void Write<T>(T value)
    {
        try
        {
            File.WriteAllText(_beside, JsonSerializer.Serialize(value, Format) + "\n");
            File.Move(_beside, _path, overwrite: true);
        }
        finally
        {
            File.Delete(_beside);
        }
    }
}
