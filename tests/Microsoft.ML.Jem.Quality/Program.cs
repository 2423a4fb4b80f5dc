using System.Globalization;
using Microsoft.ML.Jem.Quality;

var arguments = new Arguments(args);
if (arguments.Answer() is { } exitCode)
    return exitCode;

if (arguments.Stability)
    return HostileRuns.Run(Console.Out) ? 0 : 1;

var sets = new QualitySets(arguments.Data);
var measurements = new Measurements(arguments.Output + ".jsonl");
for (int seed = 0; seed < arguments.Seeds; seed++)
{
    foreach (string set in arguments.Sets.Length > 0 ? arguments.Sets : [.. sets.Names])
    {
        Split? split = null;
        foreach (Variant variant in arguments.Variants.Select(Variant.Find))
        {
            if (measurements.Contains(set, variant.Name, seed))
                continue;
            split ??= sets.Load(set, seed);
            var measurement = Measurement.Of(split, variant, seed);
            measurements.Add(measurement);
            double Value(string name) => measurement.Values.GetValueOrDefault(name, double.NaN);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{set,-18} {variant.Name,-9} seed {seed}: accuracy {Value("accuracy"):F3}, log-loss {Value("log-loss"):F4}, ECE {Value("ECE"):F3}, novel {Value("AUROC OodScore novel"):F3} (energy {Value("AUROC Energy novel"):F3}, max p {Value("AUROC MaxProbability novel"):F3}), between {Value("AUROC OodScore between"):F3}, uniform {Value("AUROC OodScore uniform"):F3}, gaussian {Value("AUROC OodScore gaussian"):F3}, shuffled {Value("AUROC OodScore shuffled"):F3}, far {Value("AUROC OodScore far"):F3}, alarms {Value("false alarms 0.90"):F3} {Value("false alarms 0.95"):F3} {Value("false alarms 0.99"):F3}, {Value("seconds"):F0} s, {Value("recoveries")} recoveries"));
        }
    }
}

File.WriteAllText(arguments.Output + ".md", Tables.Write(measurements.All));
return 0;
