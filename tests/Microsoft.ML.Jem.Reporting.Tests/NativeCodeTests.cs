namespace Microsoft.ML.Jem.Reporting.Tests;

public sealed class NativeCodeTests
{
    /// <summary>The rules for numbers and tensors that native code reads are checked where TorchSharp is used (NativeNumberTests).</summary>
    [Fact]
    public void Reports_never_touch_TorchSharp() =>
        Assert.DoesNotContain(typeof(JemReport).Assembly.GetReferencedAssemblies(), assembly => assembly.Name == "TorchSharp");
}
