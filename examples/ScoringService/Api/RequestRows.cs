using System.Text.Json;
using ScoringService.Models;

namespace ScoringService.Api;

/// <summary>Reads the rows of a request and says what is wrong with them.</summary>
internal static class RequestRows
{
    /// <exception cref="RequestException">The body is too long, no JSON, or of another shape.</exception>
    public static async Task<PredictRequest> ReadAsync(HttpRequest request)
    {
        if (!request.HasJsonContentType())
            throw new RequestException(StatusCodes.Status415UnsupportedMediaType, $"The content type is '{request.ContentType}': expected application/json.");
        try
        {
            return await JsonSerializer.DeserializeAsync<PredictRequest>(request.Body, Json.Options, request.HttpContext.RequestAborted)
                ?? throw new RequestException(StatusCodes.Status400BadRequest, "The body is null: expected an object with features or rows.");
        }
        catch (JsonException error)
        {
            throw new RequestException(StatusCodes.Status400BadRequest,
                $"The body is not as expected at {error.Path ?? "its beginning"}, line {error.LineNumber + 1}: expected {{\"features\": [numbers]}} or {{\"rows\": [[numbers], …]}}.");
        }
        catch (BadHttpRequestException error)
        {
            throw new RequestException(error.StatusCode, error.Message);
        }
    }

    /// <exception cref="RequestException">There are no rows or too many, or one is not what the model takes.</exception>
    public static float[][] Check(PredictRequest request, LoadedModel model, int maximumRows)
    {
        if ((request.Features is null) == (request.Rows is null))
            throw Bad("Give either features, for one row, or rows.");
        float[]?[] rows = request.Rows ?? [request.Features];
        if (rows.Length == 0)
            throw Bad("There is no row: expected at least one.");
        if (rows.Length > maximumRows)
            throw new RequestException(StatusCodes.Status413PayloadTooLarge, $"There are {rows.Length} rows: expected at most {maximumRows}. Send them in several requests.");

        for (int i = 0; i < rows.Length; i++)
        {
            if (rows[i] is not { } row)
                throw Bad($"Row {i} is null: expected {model.Width} numbers.");
            if (row.Length != model.Width)
                throw Bad($"Row {i} has {row.Length} numbers: the model takes {model.Width}.");
            int bad = Array.FindIndex(row, value => !float.IsFinite(value));
            if (bad >= 0)
                throw Bad($"Feature {bad} of row {i} is not a finite 32-bit number.");
        }

        return rows!;
    }

    private static RequestException Bad(string message) => new(StatusCodes.Status400BadRequest, message);
}

/// <summary>A request that cannot be answered; becomes a problem+json answer.</summary>
internal sealed class RequestException(int status, string message) : Exception(message)
{
    public int Status { get; } = status;
}
