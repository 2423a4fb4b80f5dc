using System.Security.Cryptography;
using Microsoft.ML;
using Microsoft.ML.Jem;

namespace ScoringService.Models;

/// <summary>Loads a model file and refuses what this service cannot score.</summary>
public static class ModelLoading
{
    /// <summary>Loads a model and makes one prediction, so that the first request finds everything ready.</summary>
    /// <param name="path">A file that <c>mlContext.Model.SaveVerified</c> wrote.</param>
    /// <param name="maximumBytes">The largest file accepted, packed and unpacked.</param>
    /// <exception cref="InvalidDataException">The file is too large, damaged, without checksum, or of another kind; the message says why.</exception>
    public static LoadedModel Load(string path, long maximumBytes)
    {
        byte[] bytes = ReadAll(path, maximumBytes);
        JemTransformer transformer = Open(bytes, maximumBytes);
        var model = new LoadedModel(Convert.ToHexStringLower(SHA256.HashData(bytes))[..16], transformer);
        try
        {
            model.ScoreSingly([new float[model.Width]]);
            return model;
        }
        catch
        {
            model.Release();
            throw;
        }
    }

    private static byte[] ReadAll(string path, long maximumBytes)
    {
        // Read at once: what is loaded is one state of the file, whatever happens to it meanwhile.
        using FileStream file = File.OpenRead(path);
        if (file.Length > maximumBytes)
            throw new InvalidDataException($"The model file has {file.Length} bytes: expected at most {maximumBytes} (MaximumModelBytes).");
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }

    private static JemTransformer Open(byte[] bytes, long maximumBytes)
    {
        using var stream = new MemoryStream(bytes, writable: false);
        ITransformer loaded = new MLContext().Model.LoadVerified(stream, out DataViewSchema schema, maximumBytes);
        ITransformer[] chain = loaded is IEnumerable<ITransformer> transformers ? [.. transformers] : [loaded];
        if (chain is not [.., JemTransformer jem])
            throw new InvalidDataException("The model does not end with a Jem classifier: expected a pipeline whose last step is Jem().");

        // The steps before may prepare the label, which is not needed here, but not the features, which come from the request.
        foreach (ITransformer step in chain[..^1])
        {
            schema = step.GetOutputSchema(schema);
            if (schema.Count(column => column.Name == jem.FeatureColumnName) != 1)
                throw new InvalidDataException($"The model computes its column '{jem.FeatureColumnName}' from others: this service scores models that take their features as they are.");
        }

        return jem;
    }
}
