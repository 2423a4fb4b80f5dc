using BenchmarkDotNet.Running;
using Microsoft.ML.Jem.Benchmarks.Fit;
using Microsoft.ML.Jem.Benchmarks.Large;
using Microsoft.ML.Jem.Benchmarks.Ratios;
using Microsoft.ML.Jem.Benchmarks.Suites;
using Shared;

if (args is [ColdStart.Argument, .. var start])
    return ColdStart.RunInChild(start);
if (args.Any(argument => argument is RatioArguments.Output or RatioArguments.Key))
    return Run(new RatioArguments(args), RatioRun.Start);
if (args.Contains(FitArguments.DataFolder))
    return Run(new FitArguments(args), FitRun.Start);
if (args.Contains(LargeArguments.Flag))
    return Run(new LargeArguments(args), LargeRun.Start);

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, new BenchmarkSettings());
return 0;

static int Run<T>(T arguments, Func<T, int> measure)
    where T : ProgramArguments
{
    if (arguments.Answer() is { } exitCode)
        return exitCode;
    try
    {
        return measure(arguments);
    }
    catch (Exception exception) when (exception is ArgumentException or IOException or InvalidDataException or InvalidOperationException)
    {
        Console.Error.WriteLine(exception.Message);
        return exception is ArgumentException ? 2 : 1;
    }
}
