using Google.Protobuf;
using Microsoft.ML.Jem.Onnx;
using Microsoft.ML.Jem.Onnx.Proto;
using Microsoft.ML.Jem.Ood;

namespace Microsoft.ML.Jem.ModelFile;

/// <summary>What a model file holds.</summary>
/// <param name="Settings">All that surrounds the network.</param>
/// <param name="Weights">The network's weights under the names it stored them by.</param>
internal sealed record JemGraphDescription(JemModelSettings Settings, IReadOnlyDictionary<string, OnnxTensor> Weights);

/// <summary>Reads a model file back and refuses whatever <see cref="JemGraph.Write"/> did not write.</summary>
internal static class JemGraphReader
{
    /// <summary>More members than anybody trains: a damaged number is not believed.</summary>
    private const int MostMembers = 1000;

    /// <summary>Reads all but the networks' weights.</summary>
    /// <exception cref="InvalidDataException">The bytes are no such file, or were truncated or altered, or come from a newer version.</exception>
    public static JemModelSettings ReadSettings(ReadOnlySpan<byte> file)
    {
        ModelProto model = Open(file);
        return ReadSettings(model, new OnnxWeights(model.Graph));
    }

    /// <summary>Reads a model file.</summary>
    /// <exception cref="InvalidDataException">The bytes are no such file, or were truncated or altered, or come from a newer version.</exception>
    public static JemGraphDescription Read(ReadOnlySpan<byte> file)
    {
        ModelProto model = Open(file);
        var weights = new OnnxWeights(model.Graph);
        JemModelSettings settings = ReadSettings(model, weights);
        return new JemGraphDescription(settings, weights.Names.Where(name => !JemNames.IsReserved(name)).ToDictionary(name => name, weights.Get, StringComparer.Ordinal));
    }

    /// <summary>Reads all but the networks' weights of a model that is open already.</summary>
    public static JemModelSettings ReadSettings(ModelProto model, OnnxWeights weights)
    {
        Dictionary<string, string> metadata = JemMetadata.ToDictionary(model.MetadataProps);
        (MemberSettings[] members, ConformalTable? shared) = ReadMembers(metadata, weights);
        var settings = new JemModelSettings
        {
            Standardization = StandardizationNodes.Read(weights, JemMetadata.Number(metadata, JemMetadata.FeatureLimit)),
            ClassNames = JemMetadata.Names(metadata, JemMetadata.ClassNames),
            FeatureNames = JemMetadata.Names(metadata, JemMetadata.FeatureNames),
            Temperature = JemMetadata.Number(metadata, JemMetadata.Temperature),
            UnfamiliarShare = JemMetadata.Number(metadata, JemMetadata.UnfamiliarShare),
            Members = members,
            SharedTable = shared,
            Columns = JemMetadata.ColumnsOf(metadata),
            CalibrationRowCount = JemMetadata.Integer(metadata, JemMetadata.CalibrationRows),
            Metadata = metadata.Where(entry => !JemMetadata.IsReserved(entry.Key)).ToDictionary(StringComparer.Ordinal),
        };

        if (settings.ClassCount < 2)
            throw new InvalidDataException("The model is damaged: it has fewer than two classes.");
        return settings;
    }

    /// <summary>Parses a file whose version and checksum are right; the checksum is taken off.</summary>
    /// <exception cref="InvalidDataException">The bytes are no such file, or were truncated or altered, or come from a newer version.</exception>
    public static ModelProto Open(ReadOnlySpan<byte> file)
    {
        ModelProto model = Parse(file);
        CheckVersion(model.MetadataProps.FirstOrDefault(entry => entry.Key == JemMetadata.FormatVersion)?.Value);
        JemChecksum.Verify(file);
        JemChecksum.Remove(model);
        return model;
    }

    private static ModelProto Parse(ReadOnlySpan<byte> file)
    {
        try
        {
            ModelProto model = ModelProto.Parser.ParseFrom(file);
            if (model.Graph is not null)
                return model;
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw new InvalidDataException($"The model is no ONNX file, or was cut off: {exception.Message}", exception);
        }

        throw new InvalidDataException("The model is no ONNX file: it holds no graph.");
    }

    /// <summary>Refuses a file whose metadata says that this code cannot read it.</summary>
    /// <param name="text">The entry <see cref="JemMetadata.FormatVersion"/>; null where there is none.</param>
    /// <exception cref="InvalidDataException">It names no version, or a newer one.</exception>
    public static void CheckVersion(string? text)
    {
        if (text is null)
            throw new InvalidDataException($"The file is an ONNX model, but not one of {JemGraph.ProducerName}: it names no format version ({JemMetadata.FormatVersion}).");
        if (!int.TryParse(text, out int version) || version < 1)
            throw new InvalidDataException($"The model is damaged: '{text}' is no format version.");
        if (version > JemGraph.FormatVersion)
            throw new InvalidDataException($"The model has format version {version}, but this version of {JemGraph.ProducerName} reads up to {JemGraph.FormatVersion}. Update {JemGraph.ProducerName}.");
    }

    private static (MemberSettings[] Members, ConformalTable? Shared) ReadMembers(Dictionary<string, string> metadata, OnnxWeights weights)
    {
        WitnessKind[] witnesses = Array.ConvertAll(
            JemMetadata.Names(metadata, JemMetadata.Statistics),
            name => Witnesses.Find(name) ?? throw new InvalidDataException($"The model is damaged: '{name}' is no statistic."));
        int count = JemMetadata.Integer(metadata, JemMetadata.Members);
        if (count < 1 || count > MostMembers || witnesses.Length == 0)
            throw new InvalidDataException($"The model is damaged: it announces {count} members and {witnesses.Length} statistics.");
        int width = weights.Get(JemNames.Offset).Values.Length;
        return OodRank.Read(weights, witnesses, count, JemMetadata.Integer(metadata, JemMetadata.TableSize), width);
    }
}
