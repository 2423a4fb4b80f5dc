using System.Buffers.Binary;
using System.Text;

namespace Microsoft.ML.Jem.Tests.Native;

/// <summary>
/// The bytes of a tiny shared library: it needs VERSION_1 and VERSION_2 of libother.so, with one symbol of each, and one
/// relocation.
/// </summary>
internal static class SyntheticLibrary
{
    public const int UnusedSymbol = 2, UsedSymbol = 1;

    /// <param name="relocated">The symbol the relocation names: <see cref="UsedSymbol"/> is of VERSION_1, <see cref="UnusedSymbol"/> of VERSION_2.</param>
    /// <param name="definedIn">The section the unused symbol is defined in; 0 for none.</param>
    public static byte[] Create(uint relocated = UsedSymbol, ushort definedIn = 0)
    {
        byte[] strings = Encoding.ASCII.GetBytes("\0used\0unused\0VERSION_1\0VERSION_2\0libother.so\0");
        byte[] symbols = new byte[3 * 24];
        Symbol(symbols, 1, name: 1, section: 0);
        Symbol(symbols, 2, name: 6, section: definedIn);
        byte[] symbolVersions = new byte[6];
        BinaryPrimitives.WriteUInt16LittleEndian(symbolVersions.AsSpan(2), 2);
        BinaryPrimitives.WriteUInt16LittleEndian(symbolVersions.AsSpan(4), 3);
        byte[] needs = new byte[48];
        BinaryPrimitives.WriteUInt16LittleEndian(needs, 1);
        BinaryPrimitives.WriteUInt16LittleEndian(needs.AsSpan(2), 2);
        BinaryPrimitives.WriteUInt32LittleEndian(needs.AsSpan(4), 33);
        BinaryPrimitives.WriteUInt32LittleEndian(needs.AsSpan(8), 16);
        Need(needs.AsSpan(16), index: 2, name: 13, next: 16);
        Need(needs.AsSpan(32), index: 3, name: 23, next: 0);
        byte[] relocations = new byte[24];
        BinaryPrimitives.WriteUInt64LittleEndian(relocations.AsSpan(8), ((ulong)relocated << 32) | 6);
        return Assemble([(3, strings, 0), (11, symbols, 1), (0x6fffffff, symbolVersions, 2), (0x6ffffffe, needs, 1), (4, relocations, 2)]);
    }

    private static void Symbol(byte[] table, int index, uint name, ushort section)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(table.AsSpan(index * 24), name);
        BinaryPrimitives.WriteUInt16LittleEndian(table.AsSpan((index * 24) + 6), section);
    }

    private static void Need(Span<byte> entry, ushort index, uint name, uint next)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(entry[6..], index);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[8..], name);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[12..], next);
    }

    private static byte[] Assemble((uint Type, byte[] Content, uint Link)[] sections)
    {
        int table = 64 + sections.Sum(section => section.Content.Length);
        byte[] file = new byte[table + ((sections.Length + 1) * 64)];
        "\u007fELF"u8.CopyTo(file);
        (file[4], file[5], file[6], file[16]) = (2, 1, 1, 3);
        BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(40), (ulong)table);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(58), 64);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(60), (ushort)(sections.Length + 1));
        int offset = 64, header = table + 64;
        foreach ((uint type, byte[] content, uint link) in sections)
        {
            content.CopyTo(file, offset);
            BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(header + 4), type);
            BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(header + 24), (ulong)offset);
            BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(header + 32), (ulong)content.Length);
            BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(header + 40), link);
            (offset, header) = (offset + content.Length, header + 64);
        }

        return file;
    }
}
