using System.Diagnostics;
using System.Reflection;
using Microsoft.ML.Jem.Damaged;

// Usage: Damaged model | schema
// Takes files on standard input, each behind its length, and answers each with a line: what came of it, bytes allocated, the
// type that failed, details. A file that takes far longer than any file should is answered "endless", and ends the process.
Func<byte[], string> load = args is ["model"] ? Loading.Model : args is ["schema"] ? Loading.Schema : throw new ArgumentException("Usage: Damaged model | schema");
using var input = new BinaryReader(Console.OpenStandardInput());
using var watch = new Watchdog(() => Answer("endless"));
while (ReadFile(input) is { } file)
{
    long before = GC.GetAllocatedBytesForCurrentThread();
    watch.Begin();
    try
    {
        string loaded = load(file);
        watch.End();
        Answer("loaded", GC.GetAllocatedBytesForCurrentThread() - before, details: loaded);
    }
    catch (Exception error)
    {
        watch.End();
        Exception said = Unwrapped(error);
        Answer(said.GetType().Name, GC.GetAllocatedBytesForCurrentThread() - before, Where(said), said.Message);
    }
}

static byte[]? ReadFile(BinaryReader input)
{
    try
    {
        return input.ReadBytes(input.ReadInt32());
    }
    catch (EndOfStreamException)
    {
        // There are no more.
        return null;
    }
}

// ML.NET calls loaders by reflection and wraps what they throw.
static Exception Unwrapped(Exception error) =>
    error is TargetInvocationException or InvalidOperationException { InnerException: TargetInvocationException } ? Unwrapped(error.InnerException!) : error;

static string Where(Exception error) =>
    new StackTrace(error).GetFrames()
        .Select(frame => frame.GetMethod()?.DeclaringType)
        .FirstOrDefault(type => type?.Namespace?.StartsWith("Microsoft.ML", StringComparison.Ordinal) == true && type.Name is not ("Contracts" or "Utils"))?.FullName ?? "";

static void Answer(string outcome, long allocated = 0, string where = "", string details = "")
{
    Console.WriteLine($"{outcome}\t{allocated}\t{where}\t{details.ReplaceLineEndings(" ").Replace('\t', ' ')}");
    Console.Out.Flush();
}
