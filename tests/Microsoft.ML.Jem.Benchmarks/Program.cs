using BenchmarkDotNet.Running;
using Microsoft.ML.Jem.Benchmarks.Fit;
using Microsoft.ML.Jem.Benchmarks.Large;
using Microsoft.ML.Jem.Benchmarks.Ratios;
using Microsoft.ML.Jem.Benchmarks.Suites;

if (args is [ColdStart.Argument, .. var start])
    return ColdStart.RunInChild(start);
if (args.Any(argument => argument is RatioArguments.Output or RatioArguments.Key))
    return RatioRun.Start(args, Console.Out, Console.Error);
if (args.Contains(FitArguments.DataFolder))
    return FitRun.Start(args, Console.Out, Console.Error);
if (args.Contains(LargeArguments.Flag))
    return LargeRun.Start(args, Console.Out, Console.Error);

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, new BenchmarkSettings());
return 0;
