using System.IO.Compression;
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
        NoSchema = "equal, but ML.NET gives no input schema", Other = "loaded as another";

    [Fact]
    public void Damaged_zips_load_equal_or_are_refused() => RunDamaged(200);

    [Fact]
    [Trait("Category", "Long")]
    public void Twenty_thousand_damaged_zips_load_equal_or_are_refused() => RunDamaged(20_000);

    [Fact]
    [Trait("Category", "Long")]
    public void Three_thousand_zips_with_an_edited_entry_end_neither_in_our_code_nor_as_another_Jem_model() => RunEdited(3_000);

    [Theory]
    [InlineData(Schema, "Weight")]
    [InlineData("Transform_000/Vocabulary/Model.key", "TextSpan")]
    [InlineData("Transform_001/Model.key", "PredictedLabel")]
    public void Damage_to_any_entry_is_found_where_its_content_would_be_believed(string name, string text)
    {
        byte[] stored = model.Repack(CompressionLevel.NoCompression, (_, content) => content);
        byte[] sought = text == "PredictedLabel" ? System.Text.Encoding.Unicode.GetBytes(text) : System.Text.Encoding.ASCII.GetBytes(text);
        int entry = stored.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(name));
        int at = entry + stored.AsSpan(entry).IndexOf(sought);
        Assert.True(at > entry);
        stored[at] ^= 1;

        using var stream = new MemoryStream(stored);
        Exception error = Assert.ThrowsAny<Exception>(() => new MLContext().Model.Load(stream, out _));

        Assert.IsType<FormatException>(error.GetBaseException());
        Assert.Contains($"{name}' does not match its checksum", error.GetBaseException().Message);
    }

    private void RunDamaged(int count)
    {
        var damaged = new DamagedZip(model.Zip, model.EntryNames());
        Dictionary<string, int> tally = Run("damaged zips", count, damaged.Copy);
        Assert.Equal(0, tally.GetValueOrDefault(Other));
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
        nameof(InvalidOperationException) or nameof(NotSupportedException) when answer.Where == "BinaryLoader" => answer.Outcome,
        nameof(FileLoadException) or nameof(FileNotFoundException) or "CultureNotFoundException" when answer.Where == "ModelLoadContext" => AssemblyName,

        // ML.NET reads its schema first of all. Where this alone fares as the file did, our code was not yet called.
        "endless" when loadSchema().Outcome == "endless" => Endless,
        nameof(OutOfMemoryException) when loadSchema().Outcome == nameof(OutOfMemoryException) => TooMuch,
        _ => "",
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
