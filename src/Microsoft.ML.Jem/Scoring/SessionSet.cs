using System.Collections.Concurrent;
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

    /// <summary>Each holds the weights it needs once more.</summary>
    private const int MostLeanSessions = 3;

    /// <summary>With more of the nodes than that, a session is not lean.</summary>
    private const double MostKept = 0.8;

    private readonly byte[] _model;
    private readonly OnnxScorerOptions _options;
    private readonly ConcurrentDictionary<ScoreOutputs, LeanSession> _lean = new();
    private readonly Lock _opening = new();
    private int _leanCount;

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
    public int Count => 1 + Volatile.Read(ref _leanCount);

    /// <summary>The leanest open session that computes <paramref name="outputs"/>, for a run of so many rows.</summary>
    public InferenceSession Choose(ScoreOutputs outputs, int rows)
    {
        // The class is but the place of the highest score.
        if ((outputs & ScoreOutputs.Score) != 0)
            outputs |= ScoreOutputs.PredictedLabel;
        if (outputs == Outputs)
            return Full;
        LeanSession lean = _lean.GetOrAdd(outputs, static _ => new LeanSession());
        return lean.Session ?? (lean.IsDue(rows) ? Open(lean, outputs) : Full);
    }

    public void Dispose()
    {
        foreach (LeanSession lean in _lean.Values)
        {
            if (lean.Session != Full)
                lean.Session?.Dispose();
        }

        Full.Dispose();
    }

    /// <summary>Opens a session where it is worth it; callers that come meanwhile go on with the one they have.</summary>
    private InferenceSession Open(LeanSession lean, ScoreOutputs outputs)
    {
        if (!_opening.TryEnter())
            return Full;
        try
        {
            return lean.Session ??= Create(outputs);
        }
        finally
        {
            _opening.Exit();
        }
    }

    private InferenceSession Create(ScoreOutputs outputs)
    {
        string[] names = [.. ScoreOutputNames.All.Where(output => outputs.HasFlag(output.Output)).Select(output => output.Name)];
        if (_leanCount == MostLeanSessions || OnnxPruning.KeepOutputs(_model, names, MostKept) is not { } model)
            return Full;
        InferenceSession session = OnnxSessionFactory.Create(model, _options).Session;
        _leanCount++;
        return session;
    }

    private sealed class LeanSession
    {
        private volatile InferenceSession? _session;
        private int _rows;

        /// <summary>The session to use; null while that is not settled.</summary>
        public InferenceSession? Session
        {
            get => _session;
            set => _session = value;
        }

        /// <summary>Counts the rows; whether they are enough now.</summary>
        public bool IsDue(int rows) => Interlocked.Add(ref _rows, rows) > RowsBeforeLean;
    }
}
