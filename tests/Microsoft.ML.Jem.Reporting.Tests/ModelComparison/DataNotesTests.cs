using System.Globalization;
using ModelComparison;

namespace Microsoft.ML.Jem.Reporting.Tests.ModelComparison;

/// <summary>What the comparison says of the data before it trains.</summary>
public sealed class DataNotesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Rows_without_a_label_and_classes_of_one_row_are_left_out_by_name()
    {
        DataSet data = Open("size,empty,kind\n1,,a\n2,,a\n3,,b\n4,,b\n5,,\n6,,\n7,,lonely\n");

        Assert.Equal(4, data.RowCount);
        Assert.Equal(["a", "b"], data.Known);
        Assert.Equal(
            [
                "Left out: 2 rows without a label.",
                "Left out: 1 class of one row only, which cannot be both trained and tested on (lonely).",
                "Left out: 1 column without a value (empty).",
            ],
            data.Notes);
    }

    [Theory]
    [InlineData("Name", "looks like an identifier or a name: 30 different texts in 30 rows")]
    [InlineData("CustomerID", "looks like an identifier: a whole number of its own in every row")]
    [InlineData("Counter", "looks like an identifier: a whole number of its own in every row")]
    [InlineData("Price", "looks like numbers read as text ('$1,920.50')")]
    [InlineData("Share", "looks like numbers read as text ('29 %')")]
    public void A_column_that_no_trainer_can_use_is_named(string column, string what) =>
        Assert.Single(Open(Mixed()).Notes, note => note.StartsWith($"Column '{column}' {what}", StringComparison.Ordinal));

    [Fact]
    public void Ordinary_columns_are_not_named()
    {
        string[] notes = [.. Open(Mixed()).Notes];

        Assert.DoesNotContain(notes, note => note.Contains("'Weight'", StringComparison.Ordinal) || note.Contains("'Colour'", StringComparison.Ordinal) || note.Contains("'Population'", StringComparison.Ordinal));
        Assert.Equal(5, notes.Length);
    }

    [Theory]
    [InlineData("digits")]
    [InlineData("penguins")]
    [InlineData("wine")]
    [InlineData("breast_cancer")]
    [InlineData("iris")]
    public void Nothing_is_said_of_the_embedded_sets(string set) => Assert.Empty(DataSet.Open(new Arguments(["--set", set])).Notes);

    [Fact]
    public void Ignored_columns_take_no_part()
    {
        DataSet data = Open(Mixed(), "--ignore", "Name", "CustomerID", "Counter", "--ignore", "Price", "Share");

        Assert.Empty(data.Notes);
        Assert.Single(data.Texts);
        Assert.Contains("2 number and 1 text columns", data.Description);
    }

    [Fact]
    public void A_quantity_or_a_name_as_label_is_named()
    {
        string quantity = "size,kind\n" + string.Concat(Enumerable.Range(0, 60).Select(i => $"{i % 7},{i / 2}.5\n"));
        string name = "size,kind\n" + string.Concat(Enumerable.Range(0, 60).Select(i => $"{i % 7},n{i % 31}\n"));

        Assert.Contains("Label 'kind' holds 30 different numbers, each taken for a class. It looks like a quantity", Open(quantity).Notes[0]);
        Assert.Contains("Label 'kind' holds 31 different texts in 60 rows. It looks like a name", Open(name).Notes[^1]);
    }

    [Theory]
    [InlineData(";", ';')]
    [InlineData("tab", '\t')]
    [InlineData("\\t", '\t')]
    public void Other_separators_are_read(string option, char separator)
    {
        DataSet data = Open("size,colour,kind\n1,\"a,b\",x\n2,c,x\n3,d,y\n4,d,y\n".Replace(',', separator), "--separator", option);

        (IDataView known, _) = data.Load(new MLContext(1));
        Assert.Equal([1f, 2f, 3f, 4f], Microsoft.ML.Data.ColumnCursorExtensions.GetColumn<float>(known, DataSet.Numbers));
        Assert.Contains("1 number and 1 text columns", data.Description);
    }

    [Fact]
    public void A_wrong_choice_is_refused_with_its_reason() => Assert.Contains(
        "--ignore names Nowhere, which data.csv does not have",
        Assert.Throws<ArgumentException>(() => Open("size,kind\n1,a\n2,b\n3,a\n4,b\n", "--ignore", "Nowhere")).Message);

    /// <summary>Thirty rows with columns of every sort.</summary>
    private static string Mixed() =>
        "Name,CustomerID,Counter,Price,Share,Weight,Population,Colour,kind\n" + string.Concat(Enumerable.Range(0, 30).Select(i => string.Create(
            CultureInfo.InvariantCulture,
            $"n{i},{(i * 7919) + 100000},{i + 1},\"${(i == 29 ? "1,920.50" : $"{i}.50")}\",{i} %,{i / 7.0:F3},{i * i * 1000},{(i % 2 == 0 ? "red" : "blue")},{(char)('a' + (i % 3))}\n")));

    private DataSet Open(string csv, params string[] more)
    {
        string path = Path.Combine(_folder, "data.csv");
        File.WriteAllText(path, csv);
        return DataSet.Open(new Arguments(["--data", path, "--label", "kind", .. more]));
    }
}
