using System.Buffers.Binary;

namespace Microsoft.ML.Jem.Tests.Reliability;

/// <summary>Damages files as disks, networks and attackers do; the same seed gives the same damage.</summary>
internal sealed class Mutator(int seed)
{
    private static readonly uint[] Extremes = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff, 0x10000000];

    private readonly Random _random = new(seed);

    /// <summary>A damaged copy; at times, the damage changes nothing.</summary>
    public byte[] Damage(byte[] file)
    {
        byte[] damaged = (byte[])file.Clone();
        for (int i = 0, times = 1 + (_random.Next(3) == 0 ? _random.Next(8) : 0); i < times && damaged.Length > 8; i++)
            damaged = DamageOnce(damaged);
        return damaged;
    }

    private byte[] DamageOnce(byte[] file)
    {
        int at = _random.Next(file.Length);
        int length = Math.Min(1 + _random.Next(1 << _random.Next(1, 12)), file.Length - at);
        switch (_random.Next(8))
        {
            case 0:
                file[at] ^= (byte)(1 << _random.Next(8));
                return file;
            case 1:
                file[at] = (byte)_random.Next(256);
                return file;
            case 2:
                // A size or a count that lies.
                if (at + 4 <= file.Length)
                    BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(at), Extremes[_random.Next(Extremes.Length)]);
                return file;
            case 3:
                return file[..at];
            case 4:
                file.AsSpan(at, length).Clear();
                return file;
            case 5:
                return [.. file[..at], .. file[(at + length)..]];
            case 6:
                return [.. file[..at], .. file.AsSpan(_random.Next(file.Length - length + 1), length), .. file[at..]];
            default:
                _random.NextBytes(file.AsSpan(at, length));
                return file;
        }
    }
}
