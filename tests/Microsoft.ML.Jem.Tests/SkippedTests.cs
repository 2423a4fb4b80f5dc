using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(Microsoft.ML.Jem.Tests.LastCollection))]

namespace Microsoft.ML.Jem.Tests;

/// <summary>
/// Runs after all other tests. <c>dotnet test</c> shows no output of tests that pass, but the reasons of those that are skipped: where
/// tests were skipped, this one is skipped too, and its reason lists what was missing.
/// </summary>
[Collection(LastCollection.Name)]
public sealed class SkippedTests
{
    [Fact]
    public void Nothing_was_skipped()
    {
        string summary = Prerequisite.Summary(Prerequisite.All);
        Assert.SkipWhen(summary.Length > 0, "Not all tests ran.\n" + summary);
    }
}

/// <summary>The collection that runs last: xUnit runs those that are not parallel after the others, and these in the order given here.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class LastCollection : ITestCollectionOrderer
{
    public const string Name = "Last";

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : Xunit.Sdk.ITestCollection =>
        [.. testCollections.OrderBy(collection => collection.TestCollectionDisplayName == Name)];
}
