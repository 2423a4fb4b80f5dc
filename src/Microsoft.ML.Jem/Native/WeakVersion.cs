using System.Buffers.Binary;

namespace Microsoft.ML.Jem.Native;

/// <summary>
/// Makes one symbol version that a shared library needs optional (VER_FLG_WEAK), so that a system whose C++ runtime is
/// older still loads it. Safe only where nothing of that version is ever called, which is checked first.
/// </summary>
internal static class WeakVersion
{
    /// <summary>VER_FLG_WEAK of the symbol versioning format.</summary>
    private const ushort Weak = 2;

    /// <summary>Returns a copy of the library in which <paramref name="version"/> is optional; two bytes differ.</summary>
    /// <param name="library">The file's bytes; left as they are.</param>
    /// <param name="version">The version's name, such as GLIBCXX_3.4.32.</param>
    /// <exception cref="BadImageFormatException">
    /// No 64-bit little-endian shared library, no need of that version, or something in it really uses that version.
    /// </exception>
    public static byte[] Apply(byte[] library, string version)
    {
        byte[] patched = (byte[])library.Clone();
        ElfImage image = ElfImage.Read(patched);
        NeededVersion[] needs = [.. image.NeededVersions().Where(need => need.Name == version)];
        if (needs.Length != 1)
            throw new BadImageFormatException($"The library needs {version} {needs.Length} times: expected once.");

        foreach (ElfSymbol symbol in image.SymbolsOfVersion(needs[0].Index))
        {
            if (!symbol.IsUndefined)
                throw new BadImageFormatException($"Symbol {symbol.Name} of {version} is defined here: expected an undefined one.");
            if (image.IsRelocated(symbol.Index))
                throw new BadImageFormatException($"Symbol {symbol.Name} of {version} has relocations: the library really calls it.");
        }

        BinaryPrimitives.WriteUInt16LittleEndian(patched.AsSpan(needs[0].FlagsOffset), (ushort)(needs[0].Flags | Weak));
        return patched;
    }
}
