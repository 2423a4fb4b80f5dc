using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML.Jem.Images;

namespace Microsoft.ML.Jem.Networks;

/// <summary>Which network a model file holds, kept in its metadata, so that the network can be built again from the file alone.</summary>
/// <param name="Kind">The name of the network's type; with its namespace where the network is the user's own.</param>
/// <param name="Settings">What <see cref="JemNetwork.Settings"/> gave; of the user's own networks nothing is known.</param>
internal sealed record NetworkDescription(string Kind, JsonElement? Settings = null)
{
    /// <summary>The key of the metadata entry, whose value is this object as JSON.</summary>
    public const string MetadataKey = "jem.network";

    private static readonly JsonSerializerOptions Format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter() },
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>The metadata of a model that holds <paramref name="network"/>.</summary>
    public static Dictionary<string, string> ToMetadata(JemNetwork network)
    {
        JsonElement? settings = network.Settings is { } own ? JsonSerializer.SerializeToElement(own, own.GetType(), Format) : null;
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [MetadataKey] = JsonSerializer.Serialize(new NetworkDescription(KindOf(network), settings), Format),
        };
        if (network.Image is { } image)
            metadata[ImageMetadata.Key] = ImageMetadata.Write(image);
        return metadata;
    }

    /// <summary>The network that metadata tells of.</summary>
    /// <param name="metadata">The entries of a model file.</param>
    /// <param name="own">The user's own network; null where the file holds one of this library's.</param>
    /// <exception cref="InvalidDataException">The entry is missing or damaged.</exception>
    /// <exception cref="InvalidOperationException">The file holds a network of the user's own, and <paramref name="own"/> is not it.</exception>
    public static JemNetwork Read(IReadOnlyDictionary<string, string> metadata, JemNetwork? own)
    {
        if (!metadata.TryGetValue(MetadataKey, out string? text))
            throw new InvalidDataException($"The model does not say which network it holds: its metadata lacks '{MetadataKey}'. It can score, but its network cannot be built again.");
        try
        {
            NetworkDescription description = JsonSerializer.Deserialize<NetworkDescription>(text, Format) ?? throw new JsonException("It is null.");
            return description.Kind switch
            {
                nameof(MultilayerPerceptron) => new MultilayerPerceptron(description.SettingsAs<PerceptronSettings>()),
                nameof(WideResNet) => Build(description.SettingsAs<WideResNetSettings>(), ImageMetadata.Read(metadata)),
                _ => Own(description.Kind, own),
            };
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException)
        {
            throw new InvalidDataException($"The model is damaged: its metadata '{MetadataKey}' describes no network. {exception.Message}", exception);
        }
    }

    private T SettingsAs<T>()
        where T : class =>
        Settings?.Deserialize<T>(Format) ?? throw new JsonException("Its settings are missing.");

    private static WideResNet Build(WideResNetSettings settings, ImageShape? image) =>
        new(settings.Depth, settings.Widen, image ?? throw new JsonException($"It lacks the images' shape, '{ImageMetadata.Key}'."));

    private static JemNetwork Own(string kind, JemNetwork? own)
    {
        if (own is null)
            throw new InvalidOperationException($"The model holds the network {kind}, which is no part of this library. Hand in an instance of it, made as it was for training.");
        return KindOf(own) == kind
            ? own
            : throw new InvalidOperationException($"The model holds the network {kind}, but got {KindOf(own)}. Hand in the network the model was trained with.");
    }

    private static string KindOf(JemNetwork network)
    {
        Type type = network.GetType();
        return type.Assembly == typeof(JemNetwork).Assembly ? type.Name : type.FullName!;
    }
}
