using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using Microsoft.ML.Jem.MLNet;
using Answer = Microsoft.ML.Jem.Tests.Reliability.LoadingProcess.Answer;

namespace Microsoft.ML.Jem.Tests.Reliability;

/// <summary>
/// Plain <c>Model.Load</c> of damaged files, in processes of their own: ML.NET's readers, which come before ours, may loop for ever
/// or ask for any memory. docs/reliability.md has the figures.
/// </summary>
public sealed class DamagedZipTests(SmallModel model) : IClassFixture<SmallModel>
{
    private const long MostAllocated = 32 << 20;
    private const string Schema = "Schema";

    /// <summary>What is not our doing: it happens in ML.NET, before it calls our loader.</summary>
    private const string Endless = "endless loop in ML.NET", TooMuch = "out of memory in ML.NET", AssemblyName = "assembly of another name in ML.NET",
        NoSchema = "equal, but ML.NET gives no input schema", Other = "loaded as another", Unclear = "other exceptions of ML.NET";

    [Fact]
    public void Damaged_zips_load_equal_or_are_refused() => RunDamaged(200);

    [Fact]
    [Trait("Category", "Long")]
    public void Twenty_thousand_damaged_zips_load_equal_or_are_refused() => RunDamaged(20_000);

    [Fact]
    [Trait("Category", "Long")]
    public void Three_thousand_zips_with_an_edited_entry_load_or_fail_in_ML_NET_before_our_code() => RunEdited(3_000);

    [Theory]
    [InlineData("Schema", "Weight", false)]
    [InlineData("TransformerChain/Transform_000/Model.key", "Label", true)]
    [InlineData("TransformerChain/Transform_001/Model.key", "PredictedLabel", true)]
    public void Damage_that_ML_NET_believes_is_found(string entry, string name, bool isWide)
    {
        byte[] stored = model.Repack(CompressionLevel.NoCompression, (_, content) => content);
        int start = stored.AsSpan().IndexOf(EntryOf(stored, entry));
        int at = stored.AsSpan(start).IndexOf((isWide ? Encoding.Unicode : Encoding.ASCII).GetBytes(name));
        stored[start + at] ^= 1;

        using var stream = new MemoryStream(stored);
        Exception error = Assert.ThrowsAny<Exception>(() => new MLContext().Model.Load(stream, out _));

        Assert.IsType<FormatException>(error.GetBaseException());
        Assert.Contains($"'{entry}' does not match its checksum", error.GetBaseException().Message);
    }

    /// <summary>
    /// Where and why: the schema comes first of all, and ML.NET takes the number of dimensions of its feature vector from the file.
    /// It allocates room for as many, then reads them, and at the end of the stream tries again for ever.
    /// </summary>
    [Theory]
    [Trait("Category", "Long")]
    [InlineData(0x00100001, "endless")]
    [InlineData(0x7fffffff, nameof(OutOfMemoryException))]
    public void A_count_that_lies_in_ML_NETs_schema_is_believed_by_Model_Load_and_refused_by_LoadVerified(int count, string outcome)
    {
        byte[] zip = model.WithEntry(Array.IndexOf(model.EntryNames(), Schema), schema =>
        {
            ReadOnlySpan<byte> codec = "Single\0"u8;
            int at = schema.AsSpan().IndexOf(codec) + codec.Length;
            Assert.Equal(1, BinaryPrimitives.ReadInt32LittleEndian(schema.AsSpan(at)));
            BinaryPrimitives.WriteInt32LittleEndian(schema.AsSpan(at), count);
            return schema;
        });
        using var loading = new LoadingProcess("model");
        Assert.Equal(outcome, loading.Load(zip).Outcome);

        Assert.Throws<InvalidDataException>(() => VerifiedArchive.Open(zip, "model.zip", JemModelCatalog.DefaultMaximumBytes));
    }

    private void RunDamaged(int count)
    {
        var damaged = new DamagedZip(model.Zip, model.EntryNames());
        Dictionary<string, int> tally = Run("damaged zips", count, damaged.Copy);
        Assert.DoesNotContain(Other, tally);
        Assert.DoesNotContain(tally.Keys, kind => kind.StartsWith(Unclear, StringComparison.Ordinal));
    }

    /// <summary>
    /// One entry of each is damaged and packed anew, so that its CRC-32 is right: no disk does so, but what is wrong in such a file
    /// reaches every reader.
    /// </summary>
    private void RunEdited(int count)
    {
        string[] names = model.EntryNames();
        Run("zips with an edited entry", count, i => model.WithEntry(i % names.Length, new Mutator(i).Damage));
    }

    private Dictionary<string, int> Run(string what, int count, Func<int, byte[]> damage)
    {
        using var models = new LoadingProcess("model");
        using var schemas = new LoadingProcess("schema");
        Answer whole = models.Load(model.Zip);
        Assert.Equal("loaded", whole.Outcome);

        var tally = new Dictionary<string, int>();
        long mostAllocated = 0;
        for (int i = 0; i < count; i++)
        {
            byte[] damaged = damage(i);
            Answer answer = models.Load(damaged);
            string kind = KindOf(answer, whole, () => schemas.Load(EntryOf(damaged, Schema)));
            Assert.True(kind.Length > 0, $"Payload {i}: {answer}");
            tally[kind] = tally.GetValueOrDefault(kind) + 1;
            mostAllocated = Math.Max(mostAllocated, answer.Allocated);
        }

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{count} {what}: {string.Join(", ", tally.OrderByDescending(pair => pair.Value).Select(pair => $"{pair.Value} {pair.Key}"))}; at most {mostAllocated >> 10} KiB allocated by one that ended.");
        Assert.InRange(mostAllocated, 0, MostAllocated);
        return tally;
    }

    /// <summary>What came of a file, in words; none where it should not have come.</summary>
    private static string KindOf(Answer answer, Answer whole, Func<Answer> loadSchema) => answer.Outcome switch
    {
        "loaded" when answer.Details == whole.Details => "equal",
        "loaded" when answer.Details.Split(' ', 2) is [var scores, "no schema"] && scores == whole.Details.Split(' ', 2)[0] => NoSchema,
        "loaded" => Other,
        nameof(FormatException) or nameof(InvalidDataException) or nameof(EndOfStreamException) => answer.Outcome,
        nameof(FileLoadException) or nameof(FileNotFoundException) or nameof(ArgumentException) or nameof(CultureNotFoundException)
            when answer.Where == "Microsoft.ML.ModelLoadContext" => AssemblyName,

        // ML.NET reads its schema first of all. Where this alone has no end, our code was not yet called.
        "endless" when loadSchema().Outcome == "endless" => Endless,
        "ended" => "",
        _ when answer.Where.StartsWith("Microsoft.ML.Jem.", StringComparison.Ordinal) || answer.Where.Length == 0 => "",
        nameof(OutOfMemoryException) => TooMuch,

        // "Cannot read version …", of its schema.
        nameof(InvalidOperationException) or nameof(NotSupportedException) when answer.Where == "Microsoft.ML.Data.IO.BinaryLoader" => answer.Outcome,
        _ => $"{Unclear}: {answer.Outcome} in {answer.Where}",
    };

    private static byte[] EntryOf(byte[] zip, string name)
    {
        using var archive = new ZipArchive(new MemoryStream(zip));
        using Stream entry = archive.GetEntry(name)!.Open();
        using var content = new MemoryStream();
        entry.CopyTo(content);
        return content.ToArray();
    }
}
