using System.Net;
using Microsoft.Extensions.Options;

namespace Microsoft.ML.Jem.Service.Tests;

/// <summary>Settings, and how the service says that it is well.</summary>
public sealed class SettingsTests
{
    [Fact]
    public void A_setting_that_does_not_exist_is_refused_by_name()
    {
        var error = Assert.Throws<OptionsValidationException>(() => Service.With(("MaximumRow", 5)).Dispose());

        Assert.Contains("MaximumRow.", error.Message, StringComparison.Ordinal);
        Assert.Contains("MaximumRows", error.Message, StringComparison.Ordinal);
    }

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
