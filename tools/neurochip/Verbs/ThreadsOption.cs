using System.CommandLine;

namespace NeuroChip.Cli.Verbs;

/// <summary><c>--threads</c>: how many threads may work; never changes a result.</summary>
internal sealed class ThreadsOption : Option<int>
{
    public ThreadsOption() : base("--threads")
    {
        Description = "Threads at most; results do not depend on it";
        DefaultValueFactory = _ => Environment.ProcessorCount;
        Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1) result.AddError("--threads must be 1 or more");
        });
    }
}
