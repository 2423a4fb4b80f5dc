// The shapes of Microsoft.ML.AutoML and Microsoft.ML.SearchSpace that the snippet of docs/automl.md uses, as their sources declare them, so that the
// snippet compiles and runs here without a reference to these packages.
namespace Microsoft.ML.AutoML
{
    internal sealed class SweepableEstimator(Func<MLContext, SearchSpace.Parameter, IEstimator<ITransformer>> factory, SearchSpace.SearchSpace ss)
    {
        public SearchSpace.SearchSpace SearchSpace { get; } = ss;

        public IEstimator<ITransformer> BuildFromOption(MLContext context, SearchSpace.Parameter param) => factory(context, param);
    }
}

namespace Microsoft.ML.SearchSpace
{
    internal sealed class Parameter(IReadOnlyDictionary<string, double> values, double value = 0)
    {
        public Parameter this[string key] => new(values, values[key]);

        public T AsType<T>() => (T)(object)value;
    }

    internal sealed class SearchSpace : Dictionary<string, Option.OptionBase>;
}

namespace Microsoft.ML.SearchSpace.Option
{
    internal abstract class OptionBase;

    internal sealed class UniformDoubleOption(double min, double max, bool logBase = false, double? defaultValue = null) : OptionBase
    {
        public double Min => min;

        public double Max => max;

        public bool LogBase => logBase;

        public double? DefaultValue => defaultValue;
    }
}
