using Microsoft.ML;
using Microsoft.ML.AutoML;
using Microsoft.ML.Jem;
using Microsoft.ML.SearchSpace;
using Microsoft.ML.SearchSpace.Option;

internal static class JemSweep
{
    public static SweepableEstimator Create()
    {
        var space = new SearchSpace();
        foreach (JemSearchRange range in JemSearchSpace.Ranges)
            space.Add(range.Option, new UniformDoubleOption(range.Lowest, range.Highest, range.IsLogarithmic, range.Start));
        return new SweepableEstimator(
            (context, parameter) => context.MulticlassClassification.Trainers.Jem(JemSearchSpace.CreateOptions(
                JemSearchSpace.Ranges.Select(range => KeyValuePair.Create(range.Option, parameter[range.Option].AsType<double>())))),
            space);
    }
}
