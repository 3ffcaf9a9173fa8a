namespace Headwater.Core.Policies;

/// <summary>What a policy says, from the mildest to the strictest; of several the strictest holds.</summary>
public enum Verdict
{
    /// <summary>It may be.</summary>
    Allow,

    /// <summary>It may be, and somebody should know.</summary>
    Warn,

    /// <summary>Somebody has to decide.</summary>
    Review,

    /// <summary>It may not be, unless it is waived.</summary>
    Deny,
}
