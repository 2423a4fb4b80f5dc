using System.Text.Json;
using System.Text.Json.Serialization;

namespace Microsoft.ML.Jem.Images;

/// <summary>The shape of a model's images in the metadata of its file.</summary>
internal static class ImageMetadata
{
    /// <summary>The key of the entry, whose value is an <see cref="ImageShape"/> as JSON.</summary>
    public const string Key = "jem.image";

    private static readonly JsonSerializerOptions Format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter() },
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>The value of the entry.</summary>
    public static string Write(ImageShape image) => JsonSerializer.Serialize(image, Format);

    /// <summary>The shape of the model's images; null where it takes no images.</summary>
    /// <exception cref="InvalidDataException">The entry is damaged.</exception>
    public static ImageShape? Read(IReadOnlyDictionary<string, string> metadata)
    {
        if (!metadata.TryGetValue(Key, out string? text))
            return null;
        try
        {
            return JsonSerializer.Deserialize<ImageShape>(text, Format) ?? throw new JsonException("It is null.");
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException)
        {
            throw new InvalidDataException($"The model is damaged: its metadata '{Key}' is no shape of images. {exception.Message}", exception);
        }
    }
}
