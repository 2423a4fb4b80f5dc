using System.Diagnostics;
using Microsoft.Extensions.Options;
using ScoringService.Models;
using ScoringService.Telemetry;

namespace ScoringService.Api;

/// <summary><c>POST /predict</c>.</summary>
internal static class PredictEndpoint
{
    public static void MapPredict(this IEndpointRouteBuilder routes) => routes.MapPost("/predict", PredictAsync)
        .WithSummary("Classifies one row or many and says which of them are unlike the training data.")
        .Accepts<PredictRequest>("application/json")
        .Produces<PredictResponse>()
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
        .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
        .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static async Task<IResult> PredictAsync(
        HttpContext context, ModelSlot slot, DriftMonitor drift, ScoringMetrics metrics, IOptions<ScoringOptions> options)
    {
        long start = Stopwatch.GetTimestamp();
        int status = StatusCodes.Status500InternalServerError;
        try
        {
            PredictRequest request = await RequestRows.ReadAsync(context.Request);

            // The model stays this request's until it is answered, even if another takes its place meanwhile.
            using ModelLease? lease = slot.TryAcquire();
            if (lease is null)
                throw new RequestException(StatusCodes.Status503ServiceUnavailable, "No model is loaded yet.");
            float[][] rows = RequestRows.Check(request, lease.Model, options.Value.MaximumRows);
            RowScores[] scores = lease.Model.Score(rows);
            drift.Add(lease.Model, scores);
            metrics.Scored(scores, options.Value.UnfamiliarThreshold);
            status = StatusCodes.Status200OK;
            return TypedResults.Ok(new PredictResponse(lease.Model.Id, Array.ConvertAll(scores, row => Describe(row, lease.Model, options.Value))));
        }
        catch (RequestException error)
        {
            status = error.Status;
            return TypedResults.Problem(error.Message, statusCode: error.Status);
        }
        finally
        {
            metrics.Answered(status, Stopwatch.GetElapsedTime(start));
        }
    }

    private static RowPrediction Describe(RowScores row, LoadedModel model, ScoringOptions options) => new(
        model.Classes[(int)row.PredictedLabel - 1], row.Score, row.Energy, row.OodScore, row.OodScore > options.UnfamiliarThreshold);
}
