namespace NeuroChip.Simulator.Engines;

/// <summary>Work in numbered pieces that may run in any order on any thread.</summary>
internal interface IPieces
{
    void Run(int piece);
}

/// <summary>
/// The threads of one engine. The caller works too; pieces are handed out by a counter, which changes who computes a piece but not
/// what it computes. The caller waits for pieces, not for threads: on a busy machine a helper that wakes too late holds nobody up.
/// Idle helpers spin for some hundred microseconds, since the next layer follows soon and waking up takes tens, and then sleep.
/// </summary>
internal sealed class WorkerTeam : IDisposable
{
    private const int Spins = 1000;
    private const int PieceBits = 20;
    private const long PieceMask = (1 << PieceBits) - 1;

    private readonly object gate = new();
    private readonly Thread[] helpers;

    /// <summary>
    /// Round, pieces of the round and next piece in one word, so that a thread that comes late can never take a piece of one round for one of another.
    /// </summary>
    private long ticket;
    private long round;
    private IPieces? work;
    private int unfinished;
    private int asleep;
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

    /// <summary>Runs pieces 0 to <paramref name="count"/> - 1 (fewer than a million) and returns when the last has ended.</summary>
    public void Run(IPieces given, int count)
    {
        if (helpers.Length == 0 || count == 1)
        {
            for (var piece = 0; piece < count; piece++) given.Run(piece);
            return;
        }

        work = given;
        unfinished = count;
        round++;
        Volatile.Write(ref ticket, (round << (2 * PieceBits)) | ((long)count << PieceBits));
        WakeUp();
        TakePieces();
        var spin = default(SpinWait);
        while (Volatile.Read(ref unfinished) != 0) spin.SpinOnce(sleep1Threshold: -1);
        if (failure is { } problem)
        {
            failure = null;
            throw new InvalidOperationException("a thread of the spike engine failed", problem);
        }
    }

    public void Dispose()
    {
        Volatile.Write(ref stopping, true);
        lock (gate) Monitor.PulseAll(gate);
        foreach (var helper in helpers) helper.Join();
    }

    /// <summary>
    /// Wakes those who sleep. A helper announces its sleep before it looks for work a last time, and the caller publishes the work before it looks for
    /// sleepers: one of the two sees the other.
    /// </summary>
    private void WakeUp()
    {
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref asleep) == 0) return;
        lock (gate) Monitor.PulseAll(gate);
    }

    private void Help()
    {
        while (true)
        {
            for (var spins = 0; !HasWork && spins < Spins; spins++) Thread.SpinWait(30);
            if (!HasWork)
            {
                lock (gate)
                {
                    Interlocked.Increment(ref asleep);
                    while (!HasWork && !Volatile.Read(ref stopping)) Monitor.Wait(gate);
                    Interlocked.Decrement(ref asleep);
                }
            }

            if (Volatile.Read(ref stopping)) return;
            TakePieces();
        }
    }

    private bool HasWork
    {
        get
        {
            var now = Volatile.Read(ref ticket);
            return (now & PieceMask) < (now >> PieceBits & PieceMask);
        }
    }

    private void TakePieces()
    {
        while (true)
        {
            // Counting past the end is harmless as long as it cannot overflow into the next field: HasWork keeps idle threads from trying.
            var mine = Interlocked.Increment(ref ticket) - 1;
            var piece = mine & PieceMask;
            if (piece >= (mine >> PieceBits & PieceMask)) return;
            try
            {
                work!.Run((int)piece);
            }
            catch (Exception problem)
            {
                failure = problem;
            }

            Interlocked.Decrement(ref unfinished);
        }
    }
}
