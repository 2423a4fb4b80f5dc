using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ScoringService.Api;

namespace Microsoft.ML.Jem.Service.Tests;

/// <summary>The service in Kestrel on a free port of 127.0.0.1, with a model file of its own.</summary>
public sealed class Service : IDisposable
{
    private readonly WebApplicationFactory<Program> _factory;

    public Service()
        : this([])
    {
    }

    private Service((string Key, object Value)[] settings)
    {
        Directory.CreateDirectory(Folder);
        File.Copy(Files.BundledModel, ModelPath);
        _factory = new WebApplicationFactory<Program>().WithWebHostBuilder(host =>
        {
            host.UseSetting("urls", "http://127.0.0.1:0");
            host.UseSetting("Scoring:ModelPath", ModelPath);
            host.UseSetting("Scoring:ReloadSeconds", "0.05");
            host.UseSetting("Logging:LogLevel:Default", "None");
            host.UseSetting($"Logging:{ErrorLog.Alias}:LogLevel:Default", "Error");
            host.ConfigureServices(services => services.AddLogging(logging => logging.AddProvider(Errors)));
            foreach ((string key, object value) in settings)
                host.UseSetting("Scoring:" + key, Convert.ToString(value, CultureInfo.InvariantCulture));
        });
        _factory.UseKestrel();
        _factory.StartServer();
        Client = CreateClient();
    }

    public static Service With(params (string Key, object Value)[] settings) => new(settings);

    /// <summary>What the service told its operator.</summary>
    public ErrorLog Errors { get; } = new();

    public string Folder { get; } = Directory.CreateTempSubdirectory("jem-service-").FullName;

    public string ModelPath => Path.Combine(Folder, "model.zip");

    public HttpClient Client { get; }

    public IServiceProvider Services => _factory.Services;

    public Uri Address => _factory.ClientOptions.BaseAddress;

    public HttpClient CreateClient() => _factory.CreateClient();

    /// <summary>Posts a body as it is.</summary>
    public Task<HttpResponseMessage> PostAsync(HttpContent body) => Client.PostAsync("/predict", body, TestContext.Current.CancellationToken);

    /// <summary>Posts rows and reads the answer of a successful request.</summary>
    public static async Task<PredictResponse> PredictAsync(HttpClient client, params float[][] rows)
    {
        using HttpResponseMessage response = await client.PostAsJsonAsync("/predict", new { rows }, TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return (await response.Content.ReadFromJsonAsync<PredictResponse>(JsonSerializerOptions.Web, TestContext.Current.CancellationToken))!;
    }

    /// <summary>Puts another model in the file's place, as a user should: written beside, then renamed.</summary>
    public void ReplaceModel(byte[] content)
    {
        string beside = ModelPath + ".new";
        File.WriteAllBytes(beside, content);
        File.Move(beside, ModelPath, overwrite: true);
    }

    public void Dispose()
    {
        Client.Dispose();
        _factory.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
