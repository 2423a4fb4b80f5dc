using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using ScoringService.Api;
using ScoringService.Models;

namespace Microsoft.ML.Jem.Service.Tests;

/// <summary>Many clients at once, and models replaced under them. Runs while no other test does, as it measures the process's memory.</summary>
[CollectionDefinition(nameof(LoadTests), DisableParallelization = true)]
[Collection(nameof(LoadTests))]
public sealed class LoadTests
{
    private const int Clients = 50;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Fifty_clients_get_right_answers_at_once()
    {
        using var service = new Service();
        (long requests, _) = await RunAsync(service, TimeSpan.FromSeconds(2));

        Assert.True(requests >= Clients);
    }

    [Fact]
    [Trait("Category", "Long")]
    public async Task Fifty_clients_for_a_minute_see_no_error_and_memory_stays_flat()
    {
        using var service = new Service();
        await RunAsync(service, TimeSpan.FromSeconds(15));
        (long managedBefore, long residentBefore) = Memory();

        (long requests, long rows) = await RunAsync(service, TimeSpan.FromSeconds(60));

        (long managedAfter, long residentAfter) = Memory();
        TestContext.Current.TestOutputHelper?.WriteLine(FormattableString.Invariant(
            $"50 clients, 60 s: {requests} requests, {rows} rows, no error; managed {managedBefore >> 10} -> {managedAfter >> 10} KiB, resident {residentBefore >> 20} -> {residentAfter >> 20} MiB."));
        Assert.InRange(managedAfter - managedBefore, long.MinValue, 4 << 20);
        Assert.InRange(residentAfter - residentBefore, long.MinValue, 48 << 20);
    }

    [Fact]
    public async Task Models_replaced_under_load_answer_every_request_with_one_model_or_the_other()
    {
        using var service = new Service();
        byte[][] models = [await File.ReadAllBytesAsync(Files.BundledModel, Cancellation), Files.AnotherModel(temperature: 5)];
        float[][] rows = Files.Digits("test")[..20];
        string path = Path.Combine(service.Folder, "expected.zip");
        var expected = new Dictionary<string, (RowScores[] Rows, IReadOnlyList<string> Classes)>();
        foreach (byte[] model in models)
        {
            await File.WriteAllBytesAsync(path, model, Cancellation);
            LoadedModel loaded = ModelLoading.Load(path, long.MaxValue);
            expected[loaded.Id] = (Expected.Of(path, rows), loaded.Classes);
        }

        var seen = new ConcurrentDictionary<string, int>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        Task[] clients = [.. Enumerable.Range(0, 10).Select(_ => Task.Run(async () =>
        {
            using HttpClient client = service.CreateClient();
            while (!stop.IsCancellationRequested)
            {
                PredictResponse answer = await Service.PredictAsync(client, rows);
                (RowScores[] scores, IReadOnlyList<string> classes) = expected[answer.Model];
                Expected.Equal(scores, answer.Predictions, classes);
                seen.AddOrUpdate(answer.Model, 1, (_, count) => count + 1);
            }
        }, Cancellation))];

        for (int i = 1; i <= 12; i++)
        {
            service.ReplaceModel(models[i % 2]);
            await WaitForAsync(service, expected.Keys.ElementAt(i % 2));
        }

        await stop.CancelAsync();
        await Task.WhenAll(clients);
        Assert.Equal(2, seen.Count);
    }

    [Fact]
    public async Task A_file_that_is_no_model_leaves_the_one_before_in_use_until_a_good_one_comes()
    {
        using var service = new Service();
        float[][] rows = Files.Digits("test")[..3];
        string before = (await Service.PredictAsync(service.Client, rows)).Model;
        byte[] good = Files.AnotherModel(temperature: 2);
        (byte[] Content, string Said)[] bad =
        [
            ([], "does not end with a checksum"),
            ([1, 2, 3], "does not end with a checksum"),
            (good[..(good.Length / 2)], "does not end with a checksum"),
            (Files.WithoutChecksum(), "not saved by SaveVerified"),
            ([.. good.Select((value, i) => i == good.Length / 2 ? (byte)(value ^ 1) : value)], "does not match its checksum"),
        ];
        for (int i = 0; i < bad.Length; i++)
        {
            service.ReplaceModel(bad[i].Content);
            while (service.Errors.All.Length <= i)
                await Task.Delay(20, Cancellation);

            Assert.Contains("model before it, if any, stays in use", service.Errors.All[i]);
            Assert.Contains(bad[i].Said, service.Errors.All[i]);
            using HttpResponseMessage health = await service.Client.GetAsync("/healthz", Cancellation);
            Assert.Equal(HttpStatusCode.OK, health.StatusCode);
            Assert.Equal(before, (await Service.PredictAsync(service.Client, rows)).Model);
        }

        service.ReplaceModel(good);
        string path = Path.Combine(service.Folder, "good.zip");
        await File.WriteAllBytesAsync(path, good, Cancellation);
        await WaitForAsync(service, ModelLoading.Load(path, long.MaxValue).Id);
    }

    private static async Task WaitForAsync(Service service, string model)
    {
        float[] row = new float[64];
        while ((await Service.PredictAsync(service.Client, row)).Model != model)
            await Task.Delay(20, Cancellation);
    }

    private static async Task<(long Requests, long Rows)> RunAsync(Service service, TimeSpan duration)
    {
        float[][] digits = Files.Digits("test");
        RowScores[] expected = Expected.Of(service.ModelPath, digits);
        IReadOnlyList<string> classes = ModelLoading.Load(service.ModelPath, long.MaxValue).Classes;
        long requests = 0, rows = 0;
        long end = Stopwatch.GetTimestamp() + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(number => Task.Run(async () =>
        {
            using HttpClient client = service.CreateClient();
            var random = new Random(number);
            do
            {
                int start = random.Next(digits.Length - 64);
                int count = random.Next(4) == 0 ? random.Next(1, 64) : 1;
                PredictResponse answer = await Service.PredictAsync(client, digits[start..(start + count)]);
                Expected.Equal(expected[start..(start + count)], answer.Predictions, classes);
                Interlocked.Increment(ref requests);
                Interlocked.Add(ref rows, count);
            }
            while (Stopwatch.GetTimestamp() < end);
        }, Cancellation)));
        return (requests, rows);
    }

    private static (long Managed, long Resident) Memory()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        long managed = GC.GetTotalMemory(forceFullCollection: true);
        using Process process = Process.GetCurrentProcess();
        return (managed, process.WorkingSet64);
    }
}
