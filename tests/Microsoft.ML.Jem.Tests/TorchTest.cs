using Microsoft.ML.Jem.Native;

namespace Microsoft.ML.Jem.Tests;

/// <summary>A test that uses tensors: they all run one after the other, as libtorch's number of threads is the process's.</summary>
[Collection("Torch")]
public abstract class TorchTest
{
    protected TorchTest() => TorchLibrary.EnsureLoaded();
}
