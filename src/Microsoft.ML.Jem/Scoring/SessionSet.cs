using Microsoft.ML.Jem.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace Microsoft.ML.Jem.Scoring;

/// <summary>
/// The sessions of one model: one that computes everything, and, for callers who ask for less again and again, lean ones
/// without the nodes that only other outputs need.
/// </summary>
/// <remarks>
/// ONNX Runtime computes every node of a session, whichever outputs are fetched. An output has the same bits in all sessions.
/// Opening one takes as long as scoring some hundreds of rows, so it is opened once that many were scored without need of the rest.
/// </remarks>
internal sealed class SessionSet : IDisposable
{
    /// <summary>Rows scored with more than was asked for, before a lean session is opened.</summary>
    public const int RowsBeforeLean = 512;

    private readonly byte[] _model;
    private readonly OnnxScorerOptions _options;
    private readonly LeanSession[] _lean =
    [
        new(ScoreOutputs.PredictedLabel | ScoreOutputs.Score),
        new(ScoreOutputs.PredictedLabel | ScoreOutputs.Score | ScoreOutputs.Energy),
    ];

    /// <summary>Opens the session that computes everything.</summary>
    /// <exception cref="InvalidOperationException">ONNX Runtime is missing, the device is not available, or the graph cannot be run.</exception>
    public SessionSet(byte[] model, OnnxScorerOptions options)
    {
        (Full, OnCpu) = OnnxSessionFactory.Create(model, options);
        _model = model;
        _options = OnCpu ? options with { GpuDeviceId = null } : options;
        foreach ((ScoreOutputs output, string name) in ScoreOutputNames.All)
        {
            if (Full.OutputMetadata.ContainsKey(name))
                Outputs |= output;
        }
    }

    /// <summary>Computes everything.</summary>
    public InferenceSession Full { get; }

    /// <summary>Whether the sessions run on the CPU.</summary>
    public bool OnCpu { get; }

    /// <summary>The outputs of <see cref="Full"/>.</summary>
    public ScoreOutputs Outputs { get; }

    /// <summary>Number of sessions open.</summary>
    public int Count => 1 + _lean.Count(lean => lean.Session is not null);

    /// <summary>The leanest open session that computes <paramref name="outputs"/>, for a run of so many rows.</summary>
    public InferenceSession Choose(ScoreOutputs outputs, int rows)
    {
        foreach (LeanSession lean in _lean)
        {
            if ((outputs & ~lean.Outputs) == 0 && lean.Outputs != Outputs && (lean.Outputs & ~Outputs) == 0)
                return lean.Session ?? (lean.IsDue(rows) ? Open(lean) : Full);
        }

        return Full;
    }

    public void Dispose()
    {
        Full.Dispose();
        foreach (LeanSession lean in _lean)
            lean.Session?.Dispose();
    }

    /// <summary>Opens a session; callers that come meanwhile go on with the one they have.</summary>
    private InferenceSession Open(LeanSession lean)
    {
        if (!Monitor.TryEnter(lean))
            return Full;
        try
        {
            if (lean.Session is { } open)
                return open;
            string[] names = [.. ScoreOutputNames.All.Where(output => lean.Outputs.HasFlag(output.Output)).Select(output => output.Name)];
            return lean.Session = OnnxSessionFactory.Create(OnnxPruning.KeepOutputs(_model, names), _options).Session;
        }
        finally
        {
            Monitor.Exit(lean);
        }
    }

    private sealed class LeanSession(ScoreOutputs outputs)
    {
        private volatile InferenceSession? _session;
        private int _rows;

        public ScoreOutputs Outputs => outputs;

        public InferenceSession? Session
        {
            get => _session;
            set => _session = value;
        }

        /// <summary>Counts the rows; whether they are enough now.</summary>
        public bool IsDue(int rows) => Interlocked.Add(ref _rows, rows) > RowsBeforeLean;
    }
}
