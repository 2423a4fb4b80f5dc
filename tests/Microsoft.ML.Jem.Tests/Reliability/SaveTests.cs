using Microsoft.ML.Jem.MLNet;

namespace Microsoft.ML.Jem.Tests.Reliability;

/// <summary>Saving where there is no room, or no permission, harms no file that was there.</summary>
public sealed class SaveTests(CloudModel model) : IClassFixture<CloudModel>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("jem-save-").FullName;

    private string ModelPath => Path.Combine(_folder, "model.zip");

    [Fact]
    public void A_verified_file_loads_with_and_without_its_checksum()
    {
        MLContext context = model.Context;
        context.Model.SaveVerified(model.Chain, model.Data.Schema, ModelPath);
        context.Model.SaveVerified(model.Chain, model.Data.Schema, ModelPath);

        ITransformer verified = context.Model.LoadVerified(ModelPath, out DataViewSchema schema);
        ITransformer plain = context.Model.Load(ModelPath, out _);

        float[] expected = Energies(model.Chain);
        Assert.Equal(expected, Energies(verified));
        Assert.Equal(expected, Energies(plain));
        Assert.Equal(model.Data.Schema.Select(column => column.Name), schema.Select(column => column.Name));
        Assert.Equal([ModelPath], Directory.GetFiles(_folder));
    }

    [Fact]
    public void A_file_that_was_saved_without_a_checksum_is_refused_with_what_to_do()
    {
        model.Context.Model.Save(model.Chain, model.Data.Schema, ModelPath);

        var error = Assert.Throws<InvalidDataException>(() => model.Context.Model.LoadVerified(ModelPath, out _));

        Assert.Contains("not saved by SaveVerified", error.Message);
    }

    [Fact]
    public void A_full_disk_leaves_the_file_before_as_it_was_and_saving_works_once_there_is_room()
    {
        using var disk = new SmallDisk(kibibytes: 64);
        string path = Path.Combine(disk.Path, "model.zip");
        File.WriteAllText(path, "the file before");

        var error = Assert.Throws<IOException>(() => model.Context.Model.SaveVerified(model.Chain, model.Data.Schema, path));

        Assert.Contains("No space left", error.Message);
        Assert.Equal("the file before", File.ReadAllText(path));
        Assert.Equal([path], disk.Files);

        disk.LeaveRoom(kibibytes: 16 << 10);
        model.Context.Model.SaveVerified(model.Chain, model.Data.Schema, path);
        Assert.Equal(Energies(model.Chain), Energies(model.Context.Model.LoadVerified(path, out _)));
        Assert.Equal([path], disk.Files);
    }

    [Fact]
    public void A_read_only_disk_is_a_clear_error_and_leaves_the_file_before_as_it_was()
    {
        File.WriteAllText(ModelPath, "the file before");
        Prerequisite.Mounting.Require(OperatingSystem.IsLinux() && SmallDisk.Run("mount", "--bind", _folder, _folder));
        try
        {
            Assert.True(SmallDisk.Run("mount", "-o", "remount,ro,bind", _folder));

            var error = Assert.ThrowsAny<Exception>(() => model.Context.Model.SaveVerified(model.Chain, model.Data.Schema, ModelPath));

            Assert.True(error is IOException or UnauthorizedAccessException);
            Assert.Contains("Read-only file system", error.Message);
            Assert.Equal("the file before", File.ReadAllText(ModelPath));
        }
        finally
        {
            Assert.True(SmallDisk.Run("umount", _folder));
        }
    }

    [Fact]
    public void A_stream_without_room_is_a_clear_error()
    {
        Prerequisite.FullDevice.Require(File.Exists("/dev/full"));
        using var full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.None, bufferSize: 0);

        var error = Assert.Throws<IOException>(() => model.Jem.ExportToOnnx(full));

        Assert.Contains("No space left", error.Message);
    }

    [Fact]
    public void A_folder_that_is_not_there_is_named()
    {
        var error = Assert.Throws<DirectoryNotFoundException>(
            () => VerifiedArchive.Write(Path.Combine(_folder, "nowhere", "model.zip"), new byte[22]));

        Assert.Contains("nowhere", error.Message);
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private float[] Energies(ITransformer transformer) => [.. TestData.Read(model.Context, transformer.Transform(model.Data)).Select(row => row.Energy)];
}
