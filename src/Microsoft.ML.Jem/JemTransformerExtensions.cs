using Microsoft.ML.Jem;

// In ML.NET's own namespace, so that "using Microsoft.ML;" is all a user needs.
namespace Microsoft.ML;

/// <summary>Finds the Jem model in a pipeline.</summary>
public static class JemTransformerExtensions
{
    /// <summary>
    /// The <see cref="JemTransformer"/> of a fitted or loaded pipeline, wherever it stands in the chain; for <c>ExportToOnnx</c>, <c>Sample</c>,
    /// <c>WithTemperature</c> and the like.
    /// </summary>
    /// <param name="model">
    /// What <c>Fit</c>, <c>mlContext.Model.Load</c> or <c>LoadVerified</c> returned: a chain, a chain of chains, or the transformer itself.
    /// </param>
    /// <returns>The transformer itself, not a copy; the last one where the pipeline holds several. It belongs to the pipeline: do not dispose both.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="model"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The pipeline holds no Jem model; the message lists what it holds.</exception>
    /// <example>
    /// <code>
    /// ITransformer model = pipeline.Fit(data);
    /// model.GetJemTransformer().ExportToOnnx(stream);
    /// </code>
    /// </example>
    public static JemTransformer GetJemTransformer(this ITransformer model)
    {
        ArgumentNullException.ThrowIfNull(model);
        ITransformer[] steps = [.. StepsOf(model)];
        return steps.OfType<JemTransformer>().LastOrDefault() ?? throw new InvalidOperationException(
            $"The pipeline holds no Jem model. It holds: {string.Join(", ", steps.Select(step => step.GetType().Name))}.");
    }

    /// <summary>The steps of a chain, those of chains within it included.</summary>
    private static IEnumerable<ITransformer> StepsOf(ITransformer model) =>
        model is IEnumerable<ITransformer> chain ? chain.SelectMany(StepsOf) : [model];
}
