using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Microsoft.ML.Jem.Service.Tests;

/// <summary>Malformed and hostile requests are refused with a reason, and the next one is answered.</summary>
public sealed class HostileRequestTests(HostileRequestTests.SmallLimits limits) : IClassFixture<HostileRequestTests.SmallLimits>
{
    private static readonly float[] Row = new float[64];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Service Service => limits.Service;

    public static TheoryData<string, string> BadBodies => new()
    {
        { "", "not as expected" },
        { "null", "The body is null" },
        { "[]", "not as expected" },
        { "{}", "either features, for one row, or rows" },
        { "{\"rows\":[]}", "There is no row" },
        { "{\"rows\":null}", "either features, for one row, or rows" },
        { "{\"rows\":[null]}", "Row 0 is null: expected 64 numbers" },
        { "{\"rows\":[[]]}", "Row 0 has 0 numbers: the model takes 64" },
        { "{\"features\":[1,2,3]}", "Row 0 has 3 numbers: the model takes 64" },
        { "{\"features\":[" + Repeat("1", 65) + "]}", "Row 0 has 65 numbers: the model takes 64" },
        { "{\"features\":[1],\"rows\":[[1]]}", "either features, for one row, or rows" },
        { "{\"features\":[" + Repeat("1", 63) + ",1e39]}", "Feature 63 of row 0 is not a finite" },
        { "{\"features\":[" + Repeat("1", 63) + ",NaN]}", "not as expected at $.features[63]" },
        { "{\"features\":[" + Repeat("1", 63) + ",null]}", "not as expected at $.features[63]" },
        { "{\"features\":[\"1\"]}", "not as expected at $.features[0]" },
        { "{\"features\":[[1]]}", "not as expected at $.features[0]" },
        { "{\"features\":[1", "not as expected" },
        { "{\"features\":[1]}garbage", "not as expected" },
        { "{\"features\":[1],\"features\":[2]}", "not as expected" },
        { "{\"feature\":[1]}", "not as expected" },
        { "{\"__proto__\":{}}", "not as expected" },
        { "{\"rows\":" + new string('[', 5000) + new string(']', 5000) + "}", "not as expected" },
        { "<xml/>", "not as expected" },
        { "\u0000\u0001\u0002", "not as expected" },
    };

    [Theory]
    [MemberData(nameof(BadBodies))]
    public async Task A_malformed_body_is_refused_with_a_reason(string body, string reason)
    {
        using HttpResponseMessage response = await Service.PostAsync(new StringContent(body, Encoding.UTF8, "application/json"));

        await Problems.AssertAsync(response, HttpStatusCode.BadRequest, reason);
        await AssertStillAnswersAsync();
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_refused()
    {
        var random = new Random(1);
        for (int i = 0; i < 200; i++)
        {
            var bytes = new byte[random.Next(1, 2000)];
            random.NextBytes(bytes);
            var content = new ByteArrayContent(bytes);
            content.Headers.ContentType = new("application/json");
            using HttpResponseMessage response = await Service.PostAsync(content);
            await Problems.AssertAsync(response, HttpStatusCode.BadRequest, null);
        }

        await AssertStillAnswersAsync();
    }

    [Fact]
    public async Task Too_many_rows_are_refused()
    {
        string rows = string.Join(',', Enumerable.Repeat("[" + Repeat("1", 64) + "]", 101));

        using HttpResponseMessage response = await Service.PostAsync(new StringContent($"{{\"rows\":[{rows}]}}", Encoding.UTF8, "application/json"));

        await Problems.AssertAsync(response, HttpStatusCode.RequestEntityTooLarge, "There are 101 rows: expected at most 100");
    }

    [Fact]
    public async Task Too_long_a_body_is_refused_before_it_is_read()
    {
        using HttpResponseMessage response = await Service.PostAsync(new StringContent(new string(' ', 100_000), Encoding.UTF8, "application/json"));

        await Problems.AssertAsync(response, HttpStatusCode.RequestEntityTooLarge, null);
        await AssertStillAnswersAsync();
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    public async Task Another_content_type_is_refused(string type)
    {
        using HttpResponseMessage response = await Service.PostAsync(new StringContent("{}", Encoding.UTF8, type));

        await Problems.AssertAsync(response, HttpStatusCode.UnsupportedMediaType, null);
    }

    [Fact]
    public async Task Unknown_paths_and_methods_are_problems_too()
    {
        using HttpResponseMessage path = await Service.Client.GetAsync("/nowhere", Cancellation);
        using HttpResponseMessage method = await Service.Client.GetAsync("/predict", Cancellation);

        await Problems.AssertAsync(path, HttpStatusCode.NotFound, null);
        await Problems.AssertAsync(method, HttpStatusCode.MethodNotAllowed, null);
    }

    [Theory]
    [InlineData("POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"features\":[1,")]
    [InlineData("POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nZZZ\r\n{}\r\n0\r\n\r\n")]
    [InlineData("POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: -5\r\n\r\n{}")]
    [InlineData("POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 20\r\n\r\n{}")]
    [InlineData("\r\n\r\n\u0000\u0000 nonsense \u0000\r\n\r\n")]
    public async Task A_client_that_breaks_off_or_breaks_the_protocol_harms_nobody(string bytes)
    {
        for (int i = 0; i < 20; i++)
        {
            using var socket = new TcpClient();
            await socket.ConnectAsync(Service.Address.Host, Service.Address.Port, Cancellation);
            await socket.GetStream().WriteAsync(Encoding.Latin1.GetBytes(bytes), Cancellation);
        }

        await AssertStillAnswersAsync();
    }

    private async Task AssertStillAnswersAsync() => Assert.Single((await Service.PredictAsync(Service.Client, Row)).Predictions);

    private static string Repeat(string value, int count) => string.Join(',', Enumerable.Repeat(value, count));

    public sealed class SmallLimits : IDisposable
    {
        public Service Service { get; } = Tests.Service.With(("MaximumRows", 100), ("MaximumBodyBytes", 65_536));

        public void Dispose() => Service.Dispose();
    }
}
