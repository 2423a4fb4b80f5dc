using Microsoft.ML.Jem;
using Microsoft.ML.Jem.Generation;
using Spectre.Console;

namespace Images;

/// <summary>Ten samples of p(x|y) for each class, one class per row.</summary>
internal static class Samples
{
    private const int OfEachClass = 10;

    /// <summary>Draws samples and writes them as pictures; none, with a sentence that says so, where the model cannot draw.</summary>
    public static float[][] Draw(JemTransformer jem, string folder, int zoom, int seed)
    {
        if (!jem.CanSample)
        {
            AnsiConsole.WriteLine("No samples are drawn: p(x) could not be trained on these images, and a plain classifier was kept. Its class, Score and OodScore work as usual.");
            return [];
        }

        float[][] ofClasses = [.. jem.Model.ClassNames.SelectMany(name => jem.Sample(OfEachClass, name, steps: 40, seed: seed))];
        jem.SaveImages(Path.Combine(folder, "samples-by-class.png"), ofClasses, columns: OfEachClass, zoom);
        float[][] fromStart = [.. jem.Model.ClassNames.SelectMany(name => jem.Sample(OfEachClass, name, steps: 200, SampleStart.InitialDistribution, seed))];
        jem.SaveImages(Path.Combine(folder, "samples-by-class-from-start.png"), fromStart, columns: OfEachClass, zoom);
        return ofClasses;
    }
}
