namespace NeuroChip.HwModels;

/// <summary>How a number came to be known, from strongest to weakest kind of evidence. In files by its letter.</summary>
public enum EvidenceGrade
{
    /// <summary>"M": measured on silicon.</summary>
    Measured,

    /// <summary>"C": a constant in the vendor's or maintainer's production code.</summary>
    VendorCode,

    /// <summary>"D": a datasheet or design document.</summary>
    Datasheet,

    /// <summary>"S": simulated before silicon.</summary>
    PreSilicon,

    /// <summary>"R": a regression to measurements of silicon.</summary>
    Regression,

    /// <summary>"A": read in an abstract or excerpt only.</summary>
    Abstract,

    /// <summary>"X": derived from other numbers; the source shows the arithmetic.</summary>
    Derived,

    /// <summary>"2": someone else's transcription.</summary>
    Secondary,

    /// <summary>"P": a parameter of this model, chosen without a published source; the source says why.</summary>
    Chosen,
}

/// <summary>How far a number can be trusted.</summary>
public enum Confidence
{
    /// <summary>"H".</summary>
    High,

    /// <summary>"Md".</summary>
    Medium,

    /// <summary>"L".</summary>
    Low,
}

/// <summary>The letters files use for grades and confidences.</summary>
public static class EvidenceLetters
{
    /// <summary>Letters of <see cref="EvidenceGrade"/> in its order.</summary>
    public static IReadOnlyList<string> Grades { get; } = ["M", "C", "D", "S", "R", "A", "X", "2", "P"];

    /// <summary>Letters of <see cref="Confidence"/> in its order.</summary>
    public static IReadOnlyList<string> Confidences { get; } = ["H", "Md", "L"];

    /// <summary>What each grade means, in the order of <see cref="Grades"/>.</summary>
    public static IReadOnlyList<string> Meanings { get; } =
        ["measured on silicon", "vendor code", "datasheet", "pre-silicon simulation", "regression", "abstract or excerpt", "derived", "secondary source", "design choice or assumption"];

    /// <summary>Letter of a grade.</summary>
    public static string Letter(this EvidenceGrade grade) => Grades[(int)grade];

    /// <summary>What a grade means, in words.</summary>
    public static string Meaning(this EvidenceGrade grade) => Meanings[(int)grade];

    /// <summary>Letter of a confidence.</summary>
    public static string Letter(this Confidence confidence) => Confidences[(int)confidence];
}

/// <summary>Where a number comes from.</summary>
/// <param name="Source">Document, file or arithmetic; may begin with an alias of the chip's list of sources.</param>
/// <param name="Grade">Kind of evidence.</param>
/// <param name="Confidence">How far it can be trusted, where that was judged.</param>
/// <param name="Note">What else there is to know: sources that disagree and why this one was taken.</param>
public sealed record Provenance(string Source, EvidenceGrade Grade, Confidence? Confidence = null, string? Note = null);
