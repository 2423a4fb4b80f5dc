using Google.Protobuf;
using Microsoft.ML.Jem.Calibration;
using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Onnx.Proto;

namespace Microsoft.ML.Jem.Onnx;

/// <summary>Reads a model file back and refuses whatever <see cref="JemGraph.Write"/> did not write.</summary>
internal static class JemGraphReader
{
    public static JemGraphDescription Read(ReadOnlySpan<byte> file)
    {
        ModelProto model = Open(file);
        Dictionary<string, string> metadata = JemMetadata.ToDictionary(model.MetadataProps);
        var weights = new OnnxWeights(model.Graph);
        var settings = new JemModelSettings
        {
            Standardization = new Standardization(
                weights.Get(JemNames.Offset).Values,
                weights.Get(JemNames.Scale).Values,
                JemMetadata.Number(metadata, JemMetadata.FeatureLimit)),
            ClassNames = JemMetadata.Names(metadata, JemMetadata.ClassNames),
            FeatureNames = JemMetadata.Names(metadata, JemMetadata.FeatureNames),
            Temperature = JemMetadata.Number(metadata, JemMetadata.Temperature),
            EnergyTable = ReadEnergyTable(metadata, weights),
            Metadata = metadata.Where(entry => !JemMetadata.IsReserved(entry.Key)).ToDictionary(StringComparer.Ordinal),
        };

        if (settings.Standardization.Scale.Length != settings.Width || settings.Width == 0 || settings.ClassCount < 2)
            throw new InvalidDataException("The model is damaged: its features, scales and classes do not fit together.");
        return new JemGraphDescription(settings, weights.Names.Where(name => !JemNames.IsReserved(name)).ToDictionary(name => name, weights.Get, StringComparer.Ordinal));
    }

    /// <summary>Parses a file whose version and checksum are right; the checksum is taken off.</summary>
    /// <exception cref="InvalidDataException">The bytes are no such file, or were truncated or altered, or come from a newer version.</exception>
    public static ModelProto Open(ReadOnlySpan<byte> file)
    {
        ModelProto model = Parse(file);
        CheckVersion(model);
        JemChecksum.Open(model, file);
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

    private static void CheckVersion(ModelProto model)
    {
        string? text = model.MetadataProps.FirstOrDefault(entry => entry.Key == JemMetadata.FormatVersion)?.Value;
        if (text is null)
            throw new InvalidDataException($"The file is an ONNX model, but not one of {JemGraph.ProducerName}: it names no format version ({JemMetadata.FormatVersion}).");
        if (!int.TryParse(text, out int version) || version < 1)
            throw new InvalidDataException($"The model is damaged: '{text}' is no format version.");
        if (version > JemGraph.FormatVersion)
            throw new InvalidDataException($"The model has format version {version}, but this version of {JemGraph.ProducerName} reads up to {JemGraph.FormatVersion}. Update {JemGraph.ProducerName}.");
    }

    private static ConformalTable? ReadEnergyTable(Dictionary<string, string> metadata, OnnxWeights weights)
    {
        int size = JemMetadata.Integer(metadata, JemMetadata.CalibrationSize);
        if (size == 0)
            return null;
        ConformalTable table = ConformalLookup.Read(weights, JemNames.EnergyTable);
        return table.Count == size
            ? table
            : throw new InvalidDataException($"The model is damaged: {size} calibration rows are announced, but {table.Count} are there.");
    }
}
