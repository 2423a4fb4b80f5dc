using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Microsoft.ML.Jem.Tests;

/// <summary>Something that some tests need and that not every machine has. It remembers the tests that were skipped for want of it.</summary>
/// <param name="name">What is missing, as the beginning of a sentence.</param>
/// <param name="remedy">How to get it.</param>
internal sealed class Prerequisite(string name, string remedy)
{
    public static readonly Prerequisite PythonWithOnnx = new("Python with the package onnx", "apt-get install python3-onnx");
    public static readonly Prerequisite Node = new("Node.js with npm", "apt-get install nodejs npm");
    public static readonly Prerequisite NodePackages = new("The Node.js packages of tests/Interop", "run npm ci in tests/Interop, with a network");
    public static readonly Prerequisite Chromium = new("Chromium", "apt-get install chromium");
    public static readonly Prerequisite Mounting = new("The right to mount a disk", "run the tests as root, in a container with --cap-add SYS_ADMIN");
    public static readonly Prerequisite OtherUser = new("The right to act as another user", "run the tests as root; apt-get install util-linux for setpriv");
    public static readonly Prerequisite Linux = new("Linux", "run the tests on Linux");
    public static readonly Prerequisite FullDevice = new("The device /dev/full", "run the tests on Linux");
    public static readonly Prerequisite NoGpu = new("A process without a CUDA device", "set CUDA_VISIBLE_DEVICES to -1");
    public static readonly Prerequisite OldRuntime = new("A C++ runtime older than TorchSharp's", "run the tests on Debian 12");

    private readonly ConcurrentDictionary<string, bool> _skipped = new();

    /// <summary>All that the tests of this assembly may need.</summary>
    public static IReadOnlyList<Prerequisite> All { get; } =
        [PythonWithOnnx, Node, NodePackages, Chromium, Mounting, OtherUser, Linux, FullDevice, NoGpu, OldRuntime];

    /// <summary>What was missing, how many tests were skipped for it and how to get it, one a line; empty where nothing was.</summary>
    public static string Summary(IEnumerable<Prerequisite> prerequisites) => string.Join('\n', prerequisites
        .Where(prerequisite => !prerequisite._skipped.IsEmpty)
        .Select(prerequisite => $"{prerequisite}. Tests skipped: {prerequisite._skipped.Count}."));

    /// <summary>Skips the test that is running, unless what it needs is there.</summary>
    /// <param name="isThere">Whether it is.</param>
    /// <param name="detail">What was found instead.</param>
    public void Require([DoesNotReturnIf(false)] bool isThere, string detail = "")
    {
        if (isThere)
            return;
        _skipped.TryAdd(TestContext.Current.Test?.UniqueID ?? "", true);
        Assert.Skip($"{this}. {detail}".TrimEnd());
    }

    /// <inheritdoc/>
    public override string ToString() => $"{name} is missing: {remedy}";
}
