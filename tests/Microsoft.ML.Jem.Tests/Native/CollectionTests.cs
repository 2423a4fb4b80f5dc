namespace Microsoft.ML.Jem.Tests.Native;

/// <summary>Nothing that native code reads is freed during the call, whenever the garbage collector runs.</summary>
[Trait("Category", "Long")]
public sealed class CollectionTests : TorchTest
{
    private const int Rounds = 3;

    public static TheoryData<string> Courses => [.. ModelCourse.All.Keys];

    [Theory]
    [MemberData(nameof(Courses))]
    public void Every_run_of_one_seed_ends_at_the_same_bytes_under_constant_collection(string course)
    {
        byte[] expected = ModelCourse.All[course].Run();
        using var collection = new ConstantCollection();
        for (int round = 0; round < Rounds; round++)
            Assert.True(expected.AsSpan().SequenceEqual(ModelCourse.All[course].Run()), $"Round {round + 1} ended at other bytes.");
    }
}
