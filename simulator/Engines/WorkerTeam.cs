namespace NeuroChip.Simulator.Engines;

/// <summary>Work in numbered pieces that may run in any order on any thread.</summary>
internal interface IPieces
{
    void Run(int piece);
}

/// <summary>
/// The threads of one engine. The caller works too; pieces are handed out by a counter, which changes who computes a piece but not
/// what it computes. Waiting threads spin shortly, since the next layer follows in microseconds, and then sleep.
/// </summary>
internal sealed class WorkerTeam : IDisposable
{
    private const int Spins = 100;

    private readonly object gate = new();
    private readonly Thread[] helpers;
    private IPieces? work;
    private int pieces;
    private int next;
    private int round;
    private int busy;
    private bool stopping;
    private Exception? failure;

    public WorkerTeam(int threads)
    {
        helpers = new Thread[Math.Max(1, threads) - 1];
        for (var i = 0; i < helpers.Length; i++)
        {
            helpers[i] = new Thread(Help) { IsBackground = true, Name = $"spike engine {i + 1}" };
            helpers[i].Start();
        }
    }

    public int Threads => helpers.Length + 1;

    /// <summary>Runs all pieces and returns when the last has ended.</summary>
    public void Run(IPieces given, int count)
    {
        if (helpers.Length == 0 || count == 1)
        {
            for (var piece = 0; piece < count; piece++) given.Run(piece);
            return;
        }

        work = given;
        pieces = count;
        next = 0;
        busy = helpers.Length;
        NextRound(stop: false);
        TakePieces();
        var spin = default(SpinWait);
        while (Volatile.Read(ref busy) != 0) spin.SpinOnce(sleep1Threshold: -1);
        if (failure is { } problem)
        {
            failure = null;
            throw new InvalidOperationException("a thread of the spike engine failed", problem);
        }
    }

    public void Dispose()
    {
        NextRound(stop: true);
        foreach (var helper in helpers) helper.Join();
    }

    private void NextRound(bool stop)
    {
        lock (gate)
        {
            stopping = stop;
            Volatile.Write(ref round, round + 1);
            Monitor.PulseAll(gate);
        }
    }

    private void Help()
    {
        var seen = 0;
        while (true)
        {
            for (var spins = 0; Volatile.Read(ref round) == seen && spins < Spins; spins++) Thread.SpinWait(30);
            lock (gate)
            {
                while (round == seen) Monitor.Wait(gate);
                seen = round;
                if (stopping) return;
            }

            TakePieces();
            Interlocked.Decrement(ref busy);
        }
    }

    private void TakePieces()
    {
        try
        {
            for (var piece = Interlocked.Increment(ref next) - 1; piece < pieces; piece = Interlocked.Increment(ref next) - 1) work!.Run(piece);
        }
        catch (Exception problem)
        {
            failure = problem;
        }
    }
}
