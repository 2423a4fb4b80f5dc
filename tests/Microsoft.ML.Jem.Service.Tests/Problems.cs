using System.Net;
using System.Text.Json;

namespace Microsoft.ML.Jem.Service.Tests;

/// <summary>Checks that a refusal is problem+json (RFC 9457) that says why.</summary>
internal static class Problems
{
    public static async Task AssertAsync(HttpResponseMessage response, HttpStatusCode status, string? detail)
    {
        string body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(status == response.StatusCode, $"expected {status}, got {response.StatusCode}: {body}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        using JsonDocument problem = JsonDocument.Parse(body);
        Assert.Equal((int)status, problem.RootElement.GetProperty("status").GetInt32());
        Assert.False(string.IsNullOrWhiteSpace(problem.RootElement.GetProperty("title").GetString()));
        if (detail is not null)
            Assert.Contains(detail, problem.RootElement.GetProperty("detail").GetString());
        Assert.DoesNotContain("   at ", body);
    }
}
