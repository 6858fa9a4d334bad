using System.CommandLine;

namespace NeuroChip.Cli.Verbs;

/// <summary><c>--threads</c>: how many threads may work; never changes a result.</summary>
internal static class ThreadsOption
{
    public static Option<int> Create()
    {
        var option = new Option<int>("--threads") { Description = "Threads (0: one per processor); results do not depend on it" };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 0) result.AddError("--threads must be 0 or more");
        });
        return option;
    }
}
