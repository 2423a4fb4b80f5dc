using System.Diagnostics;
using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Native;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Training;

/// <summary>Trains the members of an ensemble, several at a time where there are cores for them.</summary>
/// <remarks>
/// Members share nothing but the rows, and each has a generator of its own: the result does not depend on how many run at a time.
/// </remarks>
internal static class EnsembleTraining
{
    /// <summary>Trains one network on each part.</summary>
    /// <param name="parts">Training and held-out rows of each member.</param>
    /// <param name="standardization">What is done to features first.</param>
    /// <param name="options">The knobs; checked.</param>
    /// <param name="seed">Determines everything random; each member derives its own.</param>
    /// <param name="device">Where to train.</param>
    /// <param name="log">Told of trouble and what was done about it.</param>
    /// <param name="progress">Receives the state after each epoch of each member, one call at a time.</param>
    /// <param name="cancellation">Ends training within a Langevin step.</param>
    /// <param name="checkpoint">Where members keep their state, and go on from; or null.</param>
    /// <param name="finish">What else is fitted to a trained member, by its number, on its thread and core, while others still train; or null.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="IOException">A checkpoint could not be written.</exception>
    /// <exception cref="InvalidOperationException">A member could not be trained.</exception>
    public static TrainedNetwork[] Run(
        (TrainingRows Train, TrainingRows HeldOut)[] parts,
        Standardization standardization,
        JemTrainingOptions options,
        int seed,
        Device device,
        Action<string> log,
        IProgress<TrainingProgress>? progress,
        CancellationToken cancellation,
        Checkpoint? checkpoint = null,
        Action<int, TrainedNetwork>? finish = null)
    {
        TorchLibrary.EnsureLoaded();
        ThreadPlan plan = ThreadPlan.For(options, parts[0].Train, parts.Length, device);
        using ThreadLimit limit = ThreadLimit.Require(
            plan.PerOperation,
            inForce => log($"Another training runs with {inForce} thread(s) per tensor operation, and libtorch has one such number per process: this training begins when the other has ended. With the same number they would run together."),
            cancellation);
        var members = new TrainedNetwork?[parts.Length];
        options = options.With(o => o.MaximumTrainingTime /= (parts.Length + plan.Alive - 1) / plan.Alive);
        var merged = new MergedProgress(parts.Length, plan.Alive, progress, log, cancellation);
        try
        {
            var turns = new Turns(plan.Members, TimeSpan.FromMilliseconds(50));
            RunAll(parts.Length, plan.Alive, turns, limit, cancellation, (m, turn, token) =>
            {
                members[m] = MemberTraining.Run(
                    parts[m].Train, parts[m].HeldOut, standardization, options, MemberSeed(seed, m), device,
                    message => merged.Log(m, message), merged.Of(m), token, checkpoint?.Of(m), turn);
                finish?.Invoke(m, members[m]!);
            });
            return members!;
        }
        catch
        {
            foreach (TrainedNetwork? member in members)
                member?.Dispose();
            throw;
        }
    }

    /// <summary>Seeds far apart, so that members of neighbouring seeds do not coincide.</summary>
    private static int MemberSeed(int seed, int member) => unchecked(seed + (member * (int)0x9E3779B9));

    /// <summary>Runs the actions on threads of their own; the first error stops the others and is thrown.</summary>
    private static void RunAll(int count, int alive, Turns turns, ThreadLimit limit, CancellationToken cancellation, Action<int, Turns.Turn, CancellationToken> action)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        int next = -1;
        Exception? error = null;
        void Work()
        {
            limit.Apply();
            for (int m = Interlocked.Increment(ref next); m < count; m = Interlocked.Increment(ref next))
            {
                using Turns.Turn turn = turns.Enter();
                try
                {
                    action(m, turn, stop.Token);
                }
                catch (Exception exception)
                {
                    Interlocked.CompareExchange(ref error, exception, null);
                    stop.Cancel();
                    return;
                }
            }
        }

        Thread[] others = [.. Enumerable.Range(1, alive - 1).Select(i => new Thread(Work) { IsBackground = true, Name = $"JEM member {i}" })];
        foreach (Thread thread in others)
            thread.Start();
        Work();
        foreach (Thread thread in others)
            thread.Join();
        if (error is not null)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(error);
    }

    /// <summary>Makes one progress of the members' own.</summary>
    private sealed class MergedProgress(int memberCount, int alive, IProgress<TrainingProgress>? target, Action<string> log, CancellationToken cancellation)
    {
        private readonly Lock _lock = new();
        private readonly Stopwatch _clock = Stopwatch.StartNew();
        private readonly int[] _epochs = new int[memberCount], _expected = new int[memberCount];
        private readonly TimeSpan[] _times = new TimeSpan[memberCount];

        public IProgress<TrainingProgress>? Of(int member) => target is null ? null : new MemberProgress(this, member);

        public void Log(int member, string message)
        {
            lock (_lock)
                log(memberCount == 1 ? message : $"Member {member + 1} of {memberCount}: {message}");
        }

        private void Report(int member, TrainingProgress own)
        {
            lock (_lock)
            {
                // Whoever cancels in a report hears of no further epoch, though other members end theirs at the same time.
                cancellation.ThrowIfCancellationRequested();
                _epochs[member] = own.Epoch;
                (_expected[member], _times[member]) = (own.Epochs, own.Elapsed);
                int ended = _epochs.Sum();

                // Members that have not begun are expected to need as many epochs as this one, which knows best by now.
                int planned = _expected.Sum(epochs => epochs == 0 ? own.Epochs : epochs);
                int going = _expected.Zip(_epochs).Count(each => each.First == 0 || each.Second < each.First);
                target!.Report(own with
                {
                    Member = member + 1,
                    Epoch = ended,
                    Epochs = planned,
                    Elapsed = _clock.Elapsed,
                    Remaining = _times.Aggregate((sum, time) => sum + time) / ended * (planned - ended) / Math.Clamp(going, 1, alive),
                });
            }
        }

        private sealed class MemberProgress(MergedProgress merged, int member) : IProgress<TrainingProgress>
        {
            public void Report(TrainingProgress value) => merged.Report(member, value);
        }
    }
}
