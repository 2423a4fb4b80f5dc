using System.Buffers.Binary;
using System.Text;

namespace Microsoft.ML.Jem.Native;

/// <summary>
/// Reads what the dynamic loader reads of a shared library: the symbol versions it needs, its undefined symbols and its
/// relocations. Only 64-bit little-endian ELF files, the kind libtorch comes in.
/// </summary>
/// <remarks>Layout: System V Application Binary Interface, and Linux Standard Base, "Symbol Versioning".</remarks>
internal sealed class ElfImage
{
    private const uint RelocationsWithAddend = 4, Relocations = 9, DynamicSymbols = 11;
    private const uint VersionsNeeded = 0x6ffffffe, SymbolVersions = 0x6fffffff;
    private const int HeaderSize = 64, SectionSize = 64, SymbolSize = 24;

    private readonly byte[] _bytes;
    private readonly Section[] _sections;

    private ElfImage(byte[] bytes)
    {
        _bytes = bytes;
        Span<byte> header = Slice(0, HeaderSize);
        if (!header[..4].SequenceEqual("\u007fELF"u8))
            throw new BadImageFormatException("Not an ELF file: the first four bytes are not 7F 45 4C 46.");
        if (header[4] != 2)
            throw new BadImageFormatException($"ELF class {header[4]}: expected 2, a 64-bit file.");
        if (header[5] != 1)
            throw new BadImageFormatException($"ELF data encoding {header[5]}: expected 1, little-endian.");
        if (BinaryPrimitives.ReadUInt16LittleEndian(header[16..]) is var type and not 3)
            throw new BadImageFormatException($"ELF file type {type}: expected 3, a shared library.");
        if (BinaryPrimitives.ReadUInt16LittleEndian(header[58..]) is var size and not SectionSize)
            throw new BadImageFormatException($"ELF section headers of {size} bytes: expected {SectionSize}.");

        ulong table = BinaryPrimitives.ReadUInt64LittleEndian(header[40..]);
        _sections = new Section[BinaryPrimitives.ReadUInt16LittleEndian(header[60..])];
        for (int i = 0; i < _sections.Length; i++)
        {
            Span<byte> entry = Slice(table + (ulong)(i * SectionSize), SectionSize);
            _sections[i] = new Section(
                BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]),
                BinaryPrimitives.ReadUInt64LittleEndian(entry[24..]),
                BinaryPrimitives.ReadUInt64LittleEndian(entry[32..]),
                BinaryPrimitives.ReadUInt32LittleEndian(entry[40..]));
        }
    }

    /// <summary>Reads an image; the array is referred to, not copied.</summary>
    /// <exception cref="BadImageFormatException">The bytes are no 64-bit little-endian shared library, or end too early.</exception>
    public static ElfImage Read(byte[] bytes) => new(bytes);

    /// <summary>The entries of .gnu.version_r: each version this library needs of another.</summary>
    /// <exception cref="BadImageFormatException">The section is malformed.</exception>
    public IReadOnlyList<NeededVersion> NeededVersions()
    {
        if (Find(VersionsNeeded) is not { } section)
            return [];

        var versions = new List<NeededVersion>();
        ulong names = StringTable(section).Offset;
        for (ulong file = section.Offset, next = 1; next != 0; file += next)
        {
            Span<byte> need = Slice(file, 16);
            int count = BinaryPrimitives.ReadUInt16LittleEndian(need[2..]);
            ulong auxiliary = file + BinaryPrimitives.ReadUInt32LittleEndian(need[8..]);
            for (int i = 0; i < count; i++)
            {
                Span<byte> entry = Slice(auxiliary, 16);
                versions.Add(new NeededVersion(
                    Text(names + BinaryPrimitives.ReadUInt32LittleEndian(entry[8..])),
                    BinaryPrimitives.ReadUInt16LittleEndian(entry[4..]),
                    (int)BinaryPrimitives.ReadUInt16LittleEndian(entry[6..]),
                    checked((int)auxiliary + 4)));
                uint step = BinaryPrimitives.ReadUInt32LittleEndian(entry[12..]);
                if (step == 0 && i + 1 < count)
                    throw new BadImageFormatException(".gnu.version_r: a list of versions ends before its count.");
                auxiliary += step;
            }

            next = BinaryPrimitives.ReadUInt32LittleEndian(need[12..]);
        }

        return versions;
    }

    /// <summary>The dynamic symbols bound to a version, by its index in .gnu.version.</summary>
    /// <exception cref="BadImageFormatException">A section is missing or malformed.</exception>
    public IReadOnlyList<ElfSymbol> SymbolsOfVersion(int versionIndex)
    {
        Section symbols = Find(DynamicSymbols) ?? throw new BadImageFormatException("No dynamic symbol table (.dynsym).");
        Section versions = Find(SymbolVersions) ?? throw new BadImageFormatException("No symbol versions (.gnu.version).");
        ulong names = StringTable(symbols).Offset;
        var found = new List<ElfSymbol>();
        for (uint i = 0; i < symbols.Size / SymbolSize; i++)
        {
            int index = BinaryPrimitives.ReadUInt16LittleEndian(Slice(versions.Offset + (i * 2), 2)) & 0x7fff;
            if (index != versionIndex)
                continue;
            Span<byte> symbol = Slice(symbols.Offset + (i * SymbolSize), SymbolSize);
            found.Add(new ElfSymbol(i, Text(names + BinaryPrimitives.ReadUInt32LittleEndian(symbol)),
                BinaryPrimitives.ReadUInt16LittleEndian(symbol[6..]) == 0));
        }

        return found;
    }

    /// <summary>Whether any relocation names the dynamic symbol: only then does running code ever reach it.</summary>
    /// <exception cref="BadImageFormatException">A relocation section is malformed.</exception>
    public bool IsRelocated(uint symbolIndex)
    {
        foreach (Section section in _sections)
        {
            if (section.Type is not (RelocationsWithAddend or Relocations))
                continue;
            ulong entrySize = section.Type == RelocationsWithAddend ? 24UL : 16UL;
            for (ulong i = 0; i < section.Size / entrySize; i++)
            {
                ulong info = BinaryPrimitives.ReadUInt64LittleEndian(Slice(section.Offset + (i * entrySize) + 8, 8));
                if (info >> 32 == symbolIndex)
                    return true;
            }
        }

        return false;
    }

    private Section? Find(uint type)
    {
        foreach (Section section in _sections)
        {
            if (section.Type == type)
                return section;
        }

        return null;
    }

    private Section StringTable(Section section) => section.Link < _sections.Length
        ? _sections[section.Link]
        : throw new BadImageFormatException($"Section link {section.Link}: the file has {_sections.Length} sections.");

    private string Text(ulong offset)
    {
        Span<byte> rest = Slice(offset, 0, toEnd: true);
        int length = rest.IndexOf((byte)0);
        return length >= 0
            ? Encoding.ASCII.GetString(rest[..length])
            : throw new BadImageFormatException($"A name at offset {offset} does not end.");
    }

    private Span<byte> Slice(ulong offset, int length, bool toEnd = false)
    {
        ulong size = (ulong)_bytes.Length;
        if (offset > size || (ulong)length > size - offset)
            throw new BadImageFormatException($"The ELF file ends at byte {size}: expected {length} bytes at offset {offset}.");
        return toEnd ? _bytes.AsSpan((int)offset) : _bytes.AsSpan((int)offset, length);
    }

    private readonly record struct Section(uint Type, ulong Offset, ulong Size, uint Link);
}

/// <summary>A version a library needs of another.</summary>
/// <param name="Name">Its name, such as GLIBCXX_3.4.32.</param>
/// <param name="Flags">vna_flags; bit 2 (VER_FLG_WEAK) lets the loader go on without it.</param>
/// <param name="Index">The number .gnu.version refers to it by.</param>
/// <param name="FlagsOffset">Where in the file the two bytes of vna_flags are.</param>
internal sealed record NeededVersion(string Name, ushort Flags, int Index, int FlagsOffset);

/// <summary>An entry of the dynamic symbol table.</summary>
/// <param name="Index">Its index, by which relocations name it.</param>
/// <param name="Name">Its mangled name.</param>
/// <param name="IsUndefined">Whether another library has to define it.</param>
internal sealed record ElfSymbol(uint Index, string Name, bool IsUndefined);
