using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using ScoringService;

namespace Microsoft.ML.Jem.Service.Tests;

/// <summary>Settings, and how the service says that it is well.</summary>
public sealed class SettingsTests
{
    [Fact]
    public void A_setting_that_does_not_exist_is_refused_by_name()
    {
        IConfiguration configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new($"{ScoringOptions.Section}:MaximumRow", "5")]).Build();
        ValidateOptionsResult result = new KnownSettings(configuration).Validate(null, new ScoringOptions());

        Assert.Contains("MaximumRow.", result.FailureMessage, StringComparison.Ordinal);
        Assert.Contains("MaximumRows", result.FailureMessage, StringComparison.Ordinal);
    }

    // The test host sees either the error or, a moment later, that the service has gone.
    [Fact]
    public void With_a_setting_that_does_not_exist_the_service_does_not_start() =>
        Assert.ThrowsAny<Exception>(() => Service.With(("MaximumRow", 5)).Dispose());

    [Fact]
    public void A_setting_is_known_in_any_case() => Service.With(("maximumROWS", 5)).Dispose();

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    public async Task Health_is_answered(string method)
    {
        using var service = new Service();
        using var request = new HttpRequestMessage(new HttpMethod(method), "/healthz");
        using HttpResponseMessage response = await service.Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }
}
