using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML.Jem.ModelFile;
using Microsoft.ML.Jem.Onnx;

namespace Microsoft.ML.Jem.Sampling;

/// <summary>What a model keeps of its sampler, so that it can draw samples after training: p0, some chains, the step.</summary>
/// <param name="Langevin">How chains moved in training.</param>
/// <param name="InitialDistribution">The kind of p0.</param>
/// <param name="Prior">How often each class occurs, [K].</param>
/// <param name="Chains">Chains of the replay buffer, [n, d], standardised.</param>
/// <param name="Means">Means of the classes' Gaussians, [K, d]; null for another p0.</param>
/// <param name="Factors">Their factors, [K, d, d], or deviations, [K, d]; null for another p0.</param>
internal sealed record SamplerState(
    LangevinSettings Langevin, InitialDistribution InitialDistribution, OnnxTensor Prior, OnnxTensor Chains, OnnxTensor? Means, OnnxTensor? Factors)
{
    /// <summary>The most values of chains, and of factors, that are kept: a megabyte of each.</summary>
    public const int MostValues = 1 << 18;

    /// <summary>The most chains that are kept.</summary>
    public const int MostChains = 1000;

    private const string MetadataKey = JemMetadata.Sampler;
    private const string Prefix = "sampler.";

    private static readonly JsonSerializerOptions Format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new JsonStringEnumConverter() },
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>The state of a model of several networks: p0 of the first that has one, and chains of all.</summary>
    public static SamplerState? Of(IEnumerable<SamplerState?> members)
    {
        SamplerState[] states = [.. members.OfType<SamplerState>()];
        if (states.Length == 0)
            return null;
        long width = states[0].Chains.Shape[1];
        var chains = new List<float>();
        foreach (SamplerState state in states)
        {
            // Every n-th row, so that of chains that lie class by class each class keeps its share.
            long count = state.Chains.Shape[0];
            long kept = Math.Max(1, count / states.Length);
            for (long i = 0; i < kept; i++)
                chains.AddRange(state.Chains.Values.AsSpan((int)(i * count / kept * width), (int)width));
        }

        return states[0] with { Chains = new OnnxTensor([.. chains], [chains.Count / width, width]) };
    }

    /// <summary>Adds the settings to a model's metadata.</summary>
    public void AddTo(IDictionary<string, string> metadata) =>
        metadata[MetadataKey] = JsonSerializer.Serialize(new Settings(InitialDistribution, Langevin), Format);

    /// <summary>Adds the values to a graph, as initializers that no operator reads.</summary>
    public void WriteTo(OnnxGraph graph)
    {
        Add(graph, nameof(Prior), Prior);
        Add(graph, nameof(Chains), Chains);
        Add(graph, nameof(Means), Means);
        Add(graph, nameof(Factors), Factors);
    }

    /// <summary>Whether a model has one.</summary>
    public static bool IsIn(JemModelSettings settings) => settings.Metadata.ContainsKey(MetadataKey);

    /// <summary>The state in a model; null where the model has none.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static SamplerState? Read(JemGraphDescription model)
    {
        if (!model.Settings.Metadata.TryGetValue(MetadataKey, out string? text))
            return null;
        try
        {
            Settings settings = JsonSerializer.Deserialize<Settings>(text, Format) ?? throw new JsonException("It is null.");
            bool gaussian = settings.InitialDistribution == InitialDistribution.ClassGaussian;
            (long k, long d) = (model.Settings.ClassCount, model.Settings.Width);
            OnnxTensor? factors = gaussian ? Get(model, nameof(Factors), k, d, null) : null;
            return new SamplerState(
                settings.Langevin, settings.InitialDistribution, Get(model, nameof(Prior), k), Get(model, nameof(Chains), null, d),
                gaussian ? Get(model, nameof(Means), k, d) : null, factors);
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"The model is damaged: its metadata '{MetadataKey}' describes no sampler. {exception.Message}", exception);
        }
    }

    private static void Add(OnnxGraph graph, string name, OnnxTensor? tensor)
    {
        if (tensor is not null)
            graph.AddInitializer(Prefix + name, tensor.Values, tensor.Shape);
    }

    /// <summary>The values of a name; null in the shape is any size, or as the last of three no dimension at all.</summary>
    private static OnnxTensor Get(JemGraphDescription model, string name, params ReadOnlySpan<long?> shape)
    {
        if (!model.Weights.TryGetValue(JemNames.Scope(0, model.Settings.MemberCount) + Prefix + name, out OnnxTensor? tensor))
            throw new InvalidDataException($"The model is damaged: it lacks the sampler's values '{Prefix + name}'.");
        bool diagonal = shape.Length == 3 && tensor.Shape.Length == 2;
        bool fits = tensor.Shape.Length == (diagonal ? 2 : shape.Length);
        for (int i = 0; fits && i < tensor.Shape.Length; i++)
            fits = shape[i] is not { } size || tensor.Shape[i] == size;
        return fits ? tensor : throw new InvalidDataException($"The model is damaged: the sampler's values '{Prefix + name}' have the shape [{string.Join(", ", tensor.Shape)}].");
    }

    private sealed record Settings(InitialDistribution InitialDistribution, LangevinSettings Langevin);
}
