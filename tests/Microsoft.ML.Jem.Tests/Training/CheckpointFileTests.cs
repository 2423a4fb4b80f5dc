using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Networks;
using Microsoft.ML.Jem.Tests.Data;
using Microsoft.ML.Jem.Training;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Tests.Training;

public sealed class CheckpointFileTests : TorchTest, IDisposable
{
    private static readonly TrainingRows Rows = Digits.Train.Slice(0, 100);

    private readonly TrainingFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, string> OtherTrainings => new()
    {
        { "option", "LearningRate was 0.003 and is 0.004" },
        { "network", "Network was" },
        { "seed", "seed (Options.Seed, or else that of MLContext) was 1 and is 2" },
        { "feature", "hash of the training features was" },
        { "label", "hash of the training labels was" },
        { "weights", "hash of the training weights was none and is" },
        { "fewer rows", "number of training rows was 100 of 64 features and 8 classes and is 99" },
        { "validation rows", "number of validation rows was none and is 100" },
    };

    [Theory]
    [MemberData(nameof(OtherTrainings))]
    public void The_checkpoint_of_another_training_is_refused_and_kept(string other, string difference)
    {
        byte[][] before = Interrupted();
        JemTrainingOptions options = Options();
        TrainingRows rows = Rows;
        TrainingRows? validation = null;
        int seed = 1;
        switch (other)
        {
            case "option":
                options.LearningRate = 0.004;
                break;
            case "network":
                options.Network = new MultilayerPerceptron(8, 9);
                break;
            case "seed":
                seed = 2;
                break;
            case "feature":
                var values = new float[Rows.Count * Rows.Features.Width];
                Rows.Features.CopyRows([.. Enumerable.Range(0, Rows.Count)], values);
                values[^1] += 1e-3f;
                rows = rows with { Features = new DenseFeatureMatrix(values, Rows.Count, Rows.Features.Width) };
                break;
            case "label":
                rows = rows with { Labels = [TrainingRows.Unlabelled, .. rows.Labels.Skip(1)] };
                break;
            case "weights":
                rows = rows with { Weights = [.. rows.Labels.Select(_ => 1f)] };
                break;
            case "fewer rows":
                rows = rows.Slice(0, 99);
                break;
            case "validation rows":
                validation = Rows;
                break;
        }

        var error = Assert.Throws<InvalidOperationException>(() => InterruptedTraining.Finish(options, rows, validation, seed: seed));
        Assert.Contains("belongs to another training", error.Message);
        Assert.Contains(difference, error.Message);
        Assert.Contains($"delete the directory '{_folder.Checkpoint}' to start anew", error.Message);
        Assert.Equal(before, Array.ConvertAll(_folder.Files, File.ReadAllBytes));
    }

    [Fact]
    public void Options_that_do_not_enter_the_model_may_change()
    {
        Interrupted();
        JemTrainingOptions options = Options();
        (options.CheckpointInterval, options.Progress, options.Seed) = (TimeSpan.FromHours(1), new Progress<TrainingProgress>(), 99);
        Assert.Equal(InterruptedTraining.Finish(options.With(o => o.CheckpointPath = null), Rows), InterruptedTraining.Finish(options, Rows));
    }

    [Fact]
    public void Every_option_of_training_is_part_of_the_fingerprint()
    {
        string text = Fingerprint.Of(new JemTrainingOptions(), Rows, null, 1, CPU).Text;
        string[] leftOut = ["Seed", "CancellationToken", "Progress", "CheckpointPath", "CheckpointInterval", "ReportedSamples"];
        foreach (string name in typeof(JemTrainingOptions).GetProperties().Select(property => property.Name))
            Assert.Equal(!leftOut.Contains(name), text.Contains($"\"{name}\":", StringComparison.Ordinal));
        Assert.Contains("HiddenWidths = [256, 256]", text);
    }

    [Fact]
    public void A_damaged_file_is_found_out_wherever_it_is_damaged()
    {
        Interrupted();
        string path = _folder.Files[^1];
        byte[] good = File.ReadAllBytes(path);
        var random = new Random(1);
        for (int i = 0; i < 40; i++)
        {
            byte[] bad = [.. good];
            bad[i < 8 ? i : random.Next(bad.Length)] ^= (byte)(1 << random.Next(8));
            AssertDamaged(path, bad);
        }

        foreach (int length in (int[])[0, 1, 31, 32, 33, good.Length / 2, good.Length - 1])
            AssertDamaged(path, good[..length]);
        AssertDamaged(path, [.. good, 0]);

        File.Delete(path);
        Assert.Equal(InterruptedTraining.Finish(Options().With(o => o.CheckpointPath = null), Rows), InterruptedTraining.Finish(Options(), Rows));
    }

    [Fact]
    public void One_members_file_is_not_taken_for_anothers()
    {
        Interrupted();
        File.Move(Path.Combine(_folder.Checkpoint, "member1.checkpoint"), Path.Combine(_folder.Checkpoint, "member2.checkpoint"), overwrite: true);
        var error = Assert.Throws<InvalidOperationException>(() => InterruptedTraining.Finish(Options(), Rows));
        Assert.Contains("it was called 'member1.checkpoint'", error.Message);
    }

    [Fact]
    public void What_a_killed_process_left_half_written_does_not_matter()
    {
        Interrupted();
        File.WriteAllBytes(Path.Combine(_folder.Checkpoint, "member1.checkpoint.new"), [1, 2, 3]);
        Assert.Equal(InterruptedTraining.Finish(Options().With(o => o.CheckpointPath = null), Rows), InterruptedTraining.Finish(Options(), Rows));
        Assert.False(Directory.Exists(_folder.Checkpoint));
    }

    [Fact]
    public void The_file_before_stays_whole_while_the_next_is_written_and_where_that_fails()
    {
        string path = Path.Combine(_folder.Path, "member1.checkpoint");
        CheckpointFile file = FileAt(path);
        int value = 1;
        file.Write(state => state.Value(ref value), atOnce: true);
        byte[] before = File.ReadAllBytes(path);

        Assert.Throws<NotSupportedException>(() => file.Write(
            state =>
            {
                state.Value(ref value);
                Assert.Equal(before, File.ReadAllBytes(path));
                throw new NotSupportedException();
            },
            atOnce: true));
        Assert.Equal([path], Directory.GetFiles(_folder.Path));
        Assert.Equal(before, File.ReadAllBytes(path));
    }

    [Fact]
    public void A_full_disk_is_reported_with_the_path_and_leaves_the_file_before()
    {
        Prerequisite.FullDevice.Require(File.Exists("/dev/full"));
        Interrupted();
        string path = _folder.Files[^1];
        byte[] before = File.ReadAllBytes(path);
        File.CreateSymbolicLink(path + ".new", "/dev/full");

        var error = Assert.Throws<IOException>(() => InterruptedTraining.Finish(Options(), Rows));
        Assert.Contains($"'{path}' could not be written", error.Message);
        Assert.Contains("start the same training again", error.Message);
        Assert.Equal(before, File.ReadAllBytes(path));
        Assert.Equal(InterruptedTraining.Finish(Options().With(o => o.CheckpointPath = null), Rows), InterruptedTraining.Finish(Options(), Rows));
    }

    [Fact]
    public void A_disk_that_fills_up_leaves_the_files_before_and_training_goes_on_once_there_is_room()
    {
        using var disk = new SmallDisk(kibibytes: 16 << 10);
        JemTrainingOptions options = Options().With(o => o.CheckpointPath = Path.Combine(disk.Path, "training"));
        Assert.Null(InterruptedTraining.BreakOff(options, Rows, reports: 5));
        string[] files = disk.Files;
        byte[][] before = Array.ConvertAll(files, File.ReadAllBytes);

        disk.LeaveRoom(kibibytes: 4);
        var error = Assert.Throws<IOException>(() => InterruptedTraining.Finish(options, Rows));

        Assert.Contains("No space left", error.Message);
        Assert.Contains("start the same training again", error.Message);
        Assert.Equal(files, disk.Files);
        Assert.Equal(before, Array.ConvertAll(disk.Files, File.ReadAllBytes));

        disk.LeaveRoom(kibibytes: 16 << 10);
        Assert.Equal(InterruptedTraining.Finish(Options().With(o => o.CheckpointPath = null), Rows), InterruptedTraining.Finish(options, Rows));
        Assert.Empty(disk.Files);
    }

    [Fact]
    public void A_file_is_written_no_more_often_than_the_interval_says()
    {
        string path = Path.Combine(_folder.Path, "member1.checkpoint");
        CheckpointFile file = FileAt(path, TimeSpan.FromHours(1));
        int value = 1, written = 0;
        void State(StateStream state)
        {
            written++;
            state.Value(ref value);
        }

        file.Write(State, atOnce: false);
        Assert.Equal(0, written);
        file.Write(State, atOnce: true);
        file.Write(State, atOnce: false);
        Assert.Equal(1, written);
    }

    [Fact]
    public void A_generator_goes_on_with_the_same_draws()
    {
        using var generator = new Generator(5, CPU);
        using Tensor first = randn([7], float32, CPU, generator: generator);
        using var bytes = new MemoryStream();
        new StateStream(bytes, isReading: false).Generator(generator);
        float[] Draws(Generator from)
        {
            using Tensor few = randn([3], float32, CPU, generator: from);
            using Tensor many = randn([33], float32, CPU, generator: from);
            using Tensor order = randperm(9, ScalarType.Float32, CPU, generator: from);
            using Tensor all = cat([few, many, order]);
            return Near.Floats(all);
        }

        using var other = new Generator(6, CPU);
        bytes.Position = 0;
        new StateStream(bytes, isReading: true).Generator(other);
        Assert.Equal(Draws(generator), Draws(other));
    }

    [Fact]
    public void A_tensor_of_another_shape_is_not_filled()
    {
        using Tensor old = ones(2, 3), now = zeros(3, 2);
        using var bytes = new MemoryStream();
        new StateStream(bytes, isReading: false).Tensor(old, "layers.0.weight");
        bytes.Position = 0;
        var error = Assert.Throws<InvalidDataException>(() => new StateStream(bytes, isReading: true).Tensor(now, "layers.0.weight"));
        Assert.Equal("it holds layers.0.weight as Float32 [2, 3], the network now has Float32 [3, 2]", error.Message);
    }

    private static CheckpointFile FileAt(string path, TimeSpan interval = default) => new(path, Fingerprint.Of(new JemTrainingOptions(), Rows, null, 1, CPU), interval);

    private JemTrainingOptions Options() => new()
    {
        Network = new MultilayerPerceptron(8, 8),
        NumberOfEpochs = 4,
        BufferSize = 50,
        NumberOfMembers = 2,
        NumberOfThreads = 1,
        InputNoise = 0.1,
        CheckpointPath = _folder.Checkpoint,
        CheckpointInterval = TimeSpan.Zero,
    };

    /// <summary>A training that was broken off within the second member; returns its files.</summary>
    private byte[][] Interrupted()
    {
        Assert.Null(InterruptedTraining.BreakOff(Options(), Rows, reports: 6));
        Assert.EndsWith("member2.checkpoint", _folder.Files[^1]);
        return Array.ConvertAll(_folder.Files, File.ReadAllBytes);
    }

    private void AssertDamaged(string path, byte[] content)
    {
        File.WriteAllBytes(path, content);
        var error = Assert.Throws<InvalidDataException>(() => Checkpoint.Open(Options(), Rows, null, 1, CPU));
        Assert.Contains($"'{path}' is damaged", error.Message);
        Assert.Contains("Delete the file", error.Message);
        Assert.Equal(content, File.ReadAllBytes(path));
    }
}
