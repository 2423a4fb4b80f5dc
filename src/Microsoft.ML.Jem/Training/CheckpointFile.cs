using System.Diagnostics;
using System.Security.Cryptography;

namespace Microsoft.ML.Jem.Training;

/// <summary>
/// The state of one training loop in a file. It is written beside and renamed, so that the file is whole at any moment, and it
/// is believed only if its checksum holds and it belongs to this very training.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="fingerprint">What the training is made of.</param>
/// <param name="interval">Shortest time between two checkpoints; zero writes each.</param>
internal sealed class CheckpointFile(string path, Fingerprint fingerprint, TimeSpan interval)
{
    /// <summary>Added to the name of a file while it is written.</summary>
    public const string Unfinished = ".new";

    // *** Binary format ***
    // text: Magic
    // text: fingerprint of the training, JSON
    // text: name of the file, so that one member's is not taken for another's
    // the state of the loop
    // 32 bytes: SHA-256 of all before
    private const string Magic = "Microsoft.ML.Jem checkpoint 1";

    /// <summary>Writing takes at most about this share of the time, however large the state.</summary>
    private const double MostShare = 0.05;

    private long _written = Stopwatch.GetTimestamp();
    private TimeSpan _rest;

    /// <summary>Reads the state.</summary>
    /// <param name="state">Names the state; null only checks that the file could be read.</param>
    /// <returns>Whether there is a file.</returns>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    /// <exception cref="InvalidOperationException">The file belongs to another training.</exception>
    public bool Read(Action<StateStream>? state = null)
    {
        if (!File.Exists(path))
            return false;
        using FileStream file = File.OpenRead(path);
        if (!IsIntact(file))
            throw Damaged(null);
        file.Position = 0;
        try
        {
            var stream = new StateStream(file, isReading: true);
            CheckHeader(stream);
            state?.Invoke(stream);
            return true;
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidOperationException($"The checkpoint '{path}' belongs to another training: {exception.Message}. {Checkpoint.Remedy(path)}", exception);
        }
        catch (EndOfStreamException exception)
        {
            throw Damaged(exception);
        }
    }

    /// <summary>Writes the state, unless the last time was but a moment ago.</summary>
    /// <param name="state">Names the state.</param>
    /// <param name="atOnce">Whether to write in any case.</param>
    /// <exception cref="IOException">The file could not be written; the one before is still there.</exception>
    public void Write(Action<StateStream> state, bool atOnce)
    {
        TimeSpan pause = interval > TimeSpan.Zero && _rest > interval ? _rest : interval;
        if (!atOnce && Stopwatch.GetElapsedTime(_written) < pause)
            return;
        long start = Stopwatch.GetTimestamp();
        try
        {
            Replace(state);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IOException(
                $"The checkpoint '{path}' could not be written: {exception.Message} The one before, if any, is still there: once the file can be written, start the same training again to go on from it.", exception);
        }

        _written = Stopwatch.GetTimestamp();
        _rest = Stopwatch.GetElapsedTime(start, _written) / MostShare;
    }

    private static bool IsIntact(FileStream file)
    {
        long left = file.Length - SHA256.HashSizeInBytes;
        if (left < 0)
            return false;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 16];
        while (left > 0)
        {
            int count = (int)Math.Min(left, buffer.Length);
            file.ReadExactly(buffer, 0, count);
            hash.AppendData(buffer, 0, count);
            left -= count;
        }

        var stored = new byte[SHA256.HashSizeInBytes];
        file.ReadExactly(stored);
        return hash.GetHashAndReset().AsSpan().SequenceEqual(stored);
    }

    private void Replace(Action<StateStream> state)
    {
        string beside = path + Unfinished;
        try
        {
            using (var file = new FileStream(beside, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                using var hash = SHA256.Create();
                using (var hashed = new CryptoStream(file, hash, CryptoStreamMode.Write, leaveOpen: true))
                {
                    var stream = new StateStream(hashed, isReading: false);
                    (string magic, string own, string name) = (Magic, fingerprint.Text, Path.GetFileName(path));
                    stream.Text(ref magic);
                    stream.Text(ref own);
                    stream.Text(ref name);
                    state(stream);
                }

                file.Write(hash.Hash!);
                file.Flush(flushToDisk: true);
            }

            File.Move(beside, path, overwrite: true);
        }
        catch
        {
            File.Delete(beside);
            throw;
        }
    }

    private void CheckHeader(StateStream stream)
    {
        (string magic, string other, string name) = ("", "", "");
        stream.Text(ref magic);
        if (magic != Magic)
            throw new InvalidDataException("another version of this library has written it");
        stream.Text(ref other);
        if (fingerprint.DifferencesFrom(other) is { Count: > 0 } differences)
            throw new InvalidDataException(string.Join("; ", differences));
        stream.Text(ref name);
        if (name != Path.GetFileName(path))
            throw new InvalidDataException($"it was called '{name}'");
    }

    private InvalidDataException Damaged(Exception? cause) => new(
        $"The checkpoint '{path}' is damaged: its checksum does not hold. Delete the file, and what it holds is trained again.", cause);
}
