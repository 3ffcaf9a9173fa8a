namespace Headwater.Server.Platform.Ui.Components;

/// <summary>What a badge or a notice says. Its colour, shape and word come from this.</summary>
public enum Verdict
{
    Unknown,
    Info,
    Allow,
    Warn,
    Review,
    Deny,
}

public static class Verdicts
{
    public static string Class(this Verdict verdict) => verdict switch
    {
        Verdict.Info => "info", Verdict.Allow => "allow", Verdict.Warn => "warn", Verdict.Review => "review", Verdict.Deny => "deny", _ => "unknown",
    };

    public static string Key(this Verdict verdict) => verdict switch
    {
        Verdict.Info => "verdict.info", Verdict.Allow => "verdict.allow", Verdict.Warn => "verdict.warn", Verdict.Review => "verdict.review",
        Verdict.Deny => "verdict.deny", _ => "verdict.unknown",
    };
}
