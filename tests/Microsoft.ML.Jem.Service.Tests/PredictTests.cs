using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ScoringService.Api;

namespace Microsoft.ML.Jem.Service.Tests;

/// <summary>What a client of the service relies on.</summary>
public sealed class PredictTests(Service service) : IClassFixture<Service>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(24)]
    [InlineData(25)]
    [InlineData(300)]
    public async Task Answers_are_those_of_a_prediction_engine(int count)
    {
        float[][] rows = [.. Files.Digits("test").Concat(Files.Digits("novel")).Take(count)];

        PredictResponse answer = await Service.PredictAsync(service.Client, rows);

        ModelResponse model = await ModelAsync();
        Assert.Equal(model.Model, answer.Model);
        Expected.Equal(Expected.Of(service.ModelPath, rows), answer.Predictions, model.Classes);
    }

    [Fact]
    public async Task One_row_may_be_sent_as_features()
    {
        float[] row = Files.Digits("test")[3];

        using HttpResponseMessage response = await service.Client.PostAsJsonAsync("/predict", new { features = row }, Cancellation);

        PredictResponse answer = (await response.Content.ReadFromJsonAsync<PredictResponse>(JsonSerializerOptions.Web, Cancellation))!;
        Expected.Equal(Expected.Of(service.ModelPath, [row]), answer.Predictions, (await ModelAsync()).Classes);
    }

    [Fact]
    public async Task Probabilities_sum_to_one_and_unseen_digits_are_unfamiliar_more_often_than_known_ones()
    {
        PredictResponse known = await Service.PredictAsync(service.Client, Files.Digits("test"));
        PredictResponse novel = await Service.PredictAsync(service.Client, Files.Digits("novel"));

        Assert.All(known.Predictions, row => Assert.Equal(1, row.Probabilities.Sum(), 1e-4));
        double knownRate = known.Predictions.Average(row => row.IsUnfamiliar ? 1.0 : 0);
        double novelRate = novel.Predictions.Average(row => row.IsUnfamiliar ? 1.0 : 0);
        Assert.True(novelRate > knownRate + 0.2, $"{knownRate:P1} of known digits are unfamiliar, {novelRate:P1} of unseen ones.");
    }

    [Fact]
    public async Task The_model_describes_itself()
    {
        ModelResponse model = await ModelAsync();

        Assert.Equal(64, model.Features);
        Assert.Equal(8, model.Classes.Count);
        Assert.True(model.CalibrationRows > 0);
        Assert.Equal(0.95, model.UnfamiliarThreshold);
    }

    [Fact]
    public async Task The_service_is_healthy_with_a_model_and_says_503_without()
    {
        using HttpResponseMessage healthy = await service.Client.GetAsync("/healthz", Cancellation);
        Assert.Equal(HttpStatusCode.OK, healthy.StatusCode);

        using var empty = Service.With(("ModelPath", "no-such-model.zip"));
        foreach (string path in new[] { "/healthz", "/model", "/drift" })
        {
            using HttpResponseMessage response = await empty.Client.GetAsync(path, Cancellation);
            await Problems.AssertAsync(response, HttpStatusCode.ServiceUnavailable, "No model is loaded yet.");
        }

        using HttpResponseMessage prediction = await empty.Client.PostAsJsonAsync("/predict", new { features = new float[64] }, Cancellation);
        await Problems.AssertAsync(prediction, HttpStatusCode.ServiceUnavailable, "No model is loaded yet.");
    }

    [Fact]
    public async Task The_OpenAPI_document_describes_every_endpoint()
    {
        using JsonDocument document = JsonDocument.Parse(await service.Client.GetStringAsync("/openapi/v1.json", Cancellation));

        JsonElement paths = document.RootElement.GetProperty("paths");
        Assert.Equal(["/drift", "/healthz", "/model", "/predict"], paths.EnumerateObject().Select(path => path.Name).Order());
        JsonElement predict = paths.GetProperty("/predict").GetProperty("post");
        Assert.Equal(["200", "400", "413", "415", "503"], predict.GetProperty("responses").EnumerateObject().Select(response => response.Name).Order());
        JsonElement schemas = document.RootElement.GetProperty("components").GetProperty("schemas");
        Assert.Equal(["features", "rows"], Properties("PredictRequest"));
        Assert.Equal(["energy", "isUnfamiliar", "label", "oodScore", "probabilities"], Properties("RowPrediction"));

        IEnumerable<string> Properties(string schema) =>
            schemas.GetProperty(schema).GetProperty("properties").EnumerateObject().Select(property => property.Name).Order();
    }

    private async Task<ModelResponse> ModelAsync() =>
        (await service.Client.GetFromJsonAsync<ModelResponse>("/model", JsonSerializerOptions.Web, Cancellation))!;
}
