using Microsoft.ML.Jem.Native;

namespace Microsoft.ML.Jem.Tests.Native;

public sealed class WeakVersionTests
{
    [Fact]
    public void The_versions_and_symbols_of_a_library_are_read()
    {
        ElfImage image = ElfImage.Read(SyntheticLibrary.Create());
        Assert.Equal([("VERSION_1", 2), ("VERSION_2", 3)], image.NeededVersions().Select(need => (need.Name, need.Index)));
        ElfSymbol symbol = Assert.Single(image.SymbolsOfVersion(3));
        Assert.Equal(("unused", true), (symbol.Name, symbol.IsUndefined));
        Assert.True(image.IsRelocated(SyntheticLibrary.UsedSymbol));
        Assert.False(image.IsRelocated(SyntheticLibrary.UnusedSymbol));
    }

    [Fact]
    public void Only_the_flags_of_the_unused_version_change()
    {
        byte[] library = SyntheticLibrary.Create();
        byte[] patched = WeakVersion.Apply(library, "VERSION_2");

        int changed = Assert.Single(Enumerable.Range(0, library.Length), i => library[i] != patched[i]);
        Assert.Equal((0, 2), (library[changed], patched[changed]));
        Assert.Equal([0, 2], ElfImage.Read(patched).NeededVersions().Select(need => (int)need.Flags));
        Assert.Equal(patched, WeakVersion.Apply(patched, "VERSION_2"));
    }

    [Fact]
    public void A_version_that_is_really_used_is_refused()
    {
        Assert.Contains("has relocations", Refusal(SyntheticLibrary.Create(), "VERSION_1"));
        Assert.Contains("has relocations", Refusal(SyntheticLibrary.Create(SyntheticLibrary.UnusedSymbol), "VERSION_2"));
        Assert.Contains("is defined here", Refusal(SyntheticLibrary.Create(definedIn: 1), "VERSION_2"));
    }

    [Fact]
    public void A_version_that_is_not_needed_is_refused() =>
        Assert.Contains("needs VERSION_3 0 times", Refusal(SyntheticLibrary.Create(), "VERSION_3"));

    [Theory]
    [InlineData(0, (byte)'M', "first four bytes")]
    [InlineData(4, (byte)1, "64-bit")]
    [InlineData(5, (byte)2, "little-endian")]
    [InlineData(16, (byte)2, "shared library")]
    [InlineData(58, (byte)40, "section headers")]
    public void Another_kind_of_file_is_refused(int offset, byte value, string reason)
    {
        byte[] library = SyntheticLibrary.Create();
        library[offset] = value;
        Assert.Contains(reason, Refusal(library, "VERSION_2"));
    }

    [Fact]
    public void A_file_cut_short_anywhere_is_refused()
    {
        byte[] library = SyntheticLibrary.Create();
        for (int length = 0; length < library.Length; length += 7)
            Assert.NotEmpty(Refusal(library[..length], "VERSION_2"));
    }

    [Fact]
    public void The_real_library_differs_in_its_one_flag()
    {
        Prerequisite.Linux.Require(OperatingSystem.IsLinux());
        byte[] library = File.ReadAllBytes(NativeFolders.OfThisApplication().Find("libLibTorchSharp.so")!);
        byte[] patched = WeakVersion.Apply(library, "GLIBCXX_3.4.32");
        Assert.Single(Enumerable.Range(0, library.Length), i => library[i] != patched[i]);
        Assert.Equal(2, ElfImage.Read(patched).NeededVersions().Single(need => need.Name == "GLIBCXX_3.4.32").Flags);
    }

    private static string Refusal(byte[] library, string version) =>
        Assert.Throws<BadImageFormatException>(() => WeakVersion.Apply(library, version)).Message;
}
