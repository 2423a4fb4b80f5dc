namespace ScoringService.Api;

/// <summary>A request that cannot be answered; becomes a problem+json answer.</summary>
internal sealed class RequestException(int status, string message) : Exception(message)
{
    public int Status { get; } = status;
}
