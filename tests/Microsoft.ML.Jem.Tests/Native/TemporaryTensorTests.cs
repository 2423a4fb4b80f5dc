using System.Runtime.CompilerServices;
using TorchSharp;

namespace Microsoft.ML.Jem.Tests.Native;

/// <summary>
/// Every tensor is disposed by the code that made it. One that is left to its finaliser may be freed while native code reads it, and
/// holds native memory until the garbage collector happens to run.
/// </summary>
public sealed class TemporaryTensorTests : TorchTest
{
    public static TheoryData<string> Courses => [.. ModelCourse.All.Keys];

    [Theory]
    [MemberData(nameof(Courses))]
    public void No_tensor_is_left_to_the_finaliser(string course)
    {
        long before = FinalizedTensors.Count();
        ModelCourse.All[course].Run();
        Assert.Equal(before, FinalizedTensors.Count());
    }

    [Fact]
    public void A_tensor_that_is_left_to_the_finaliser_is_counted()
    {
        long before = FinalizedTensors.Count();
        Leave();
        Assert.Equal(before + 1, FinalizedTensors.Count());
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Leave() => _ = torch.zeros(2);
}
