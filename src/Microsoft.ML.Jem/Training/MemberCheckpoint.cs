namespace Microsoft.ML.Jem.Training;

/// <summary>Where a member of an ensemble keeps the state of its training.</summary>
/// <param name="Joint">Of the joint energy model.</param>
/// <param name="Classifier">Of the plain classifier it is compared with in doubtful cases.</param>
internal sealed record MemberCheckpoint(CheckpointFile Joint, CheckpointFile Classifier);
