using System.CommandLine;

namespace NeuroChip.Cli.Verbs;

/// <summary><c>--batch</c>: how many samples are computed side by side, by engines that can; never changes a result.</summary>
internal sealed class BatchOption : Option<int>
{
    public BatchOption() : base("--batch")
    {
        Description = "Samples computed side by side, by engines that can (ilgpu); results do not depend on it";
        DefaultValueFactory = _ => 16;
        Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1) result.AddError("--batch must be 1 or more");
        });
    }
}
