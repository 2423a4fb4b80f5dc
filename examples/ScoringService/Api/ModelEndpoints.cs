using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using ScoringService.Models;
using ScoringService.Telemetry;

namespace ScoringService.Api;

/// <summary><c>GET /model</c>, <c>GET</c> and <c>DELETE /drift</c>, <c>GET</c> and <c>HEAD /healthz</c>.</summary>
internal static class ModelEndpoints
{
    public static void MapModel(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/model", DescribeModel).WithSummary("The model that is loaded now.").ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        routes.MapGet("/drift", DescribeDrift).WithSummary("Whether the rows scored are still like the training data.").ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        routes.MapDelete("/drift", ResetDrift).WithSummary("Forgets the rows scored so far and the alarm, once it was looked into.").ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        routes.MapMethods("/healthz", [HttpMethods.Get, HttpMethods.Head], Health).WithSummary("200 where a model is loaded.").ProducesProblem(StatusCodes.Status503ServiceUnavailable);
    }

    private static Results<Ok<ModelResponse>, ProblemHttpResult> DescribeModel(ModelSlot slot, IOptions<ScoringOptions> options)
    {
        using ModelLease? lease = slot.TryAcquire();
        if (lease is null)
            return NoModel();
        LoadedModel model = lease.Model;
        return TypedResults.Ok(new ModelResponse(
            model.Id, model.LoadedAt, model.Classes, model.Width, model.Temperature, model.CalibrationRows, options.Value.UnfamiliarThreshold));
    }

    private static Results<Ok<DriftResponse>, ProblemHttpResult> DescribeDrift(DriftMonitor drift) =>
        drift.Describe() is { } answer ? TypedResults.Ok(answer) : NoModel();

    private static Results<NoContent, ProblemHttpResult> ResetDrift(DriftMonitor drift) =>
        drift.Reset() ? TypedResults.NoContent() : NoModel();

    private static Results<Ok<string>, ProblemHttpResult> Health(ModelSlot slot)
    {
        using ModelLease? lease = slot.TryAcquire();
        return lease is null ? NoModel() : TypedResults.Ok("healthy");
    }

    private static ProblemHttpResult NoModel() =>
        TypedResults.Problem("No model is loaded yet.", statusCode: StatusCodes.Status503ServiceUnavailable);
}
