using Headwater.Server.Platform.Jobs;

namespace Headwater.Server.Features.Registries;

/// <summary>What can be said of a registry by whoever configures it.</summary>
/// <param name="Type">Package URL type whose packages it has.</param>
/// <param name="Position">Registries of one type are asked in this order, lowest first, until one has the package.</param>
/// <param name="User">With a secret: the name for Basic authentication; null to send the secret as a token.</param>
/// <param name="Secret">Password or token; null keeps the one that is there, empty takes it away.</param>
/// <param name="Only">Patterns of names with <c>*</c>; when there are any, nothing else is asked about.</param>
/// <param name="Never">Patterns of names that are never asked about: what is internal stays inside.</param>
internal sealed record RegistryInput(
    string Type, string Name, string Address, int Position, string? User, string? Secret, IReadOnlyList<string> Only, IReadOnlyList<string> Never, Cadence Cadence, bool Enabled)
{
    // A record tells all its members; this one holds a secret.
    public override string ToString() => Name;
}

/// <summary>A registry, and how it goes.</summary>
/// <param name="HasSecret">A password or token is kept; it is never shown again.</param>
/// <param name="IsConfigured">It comes from the configuration, so it is changed there.</param>
/// <param name="SucceededAt">When it last answered.</param>
/// <param name="Failures">How often asking it was given up since.</param>
/// <param name="PausedUntil">It is not asked before: it said so, or failed again and again.</param>
/// <param name="Asked">Packages it was asked about in all.</param>
/// <param name="Found">Of those, how many it had.</param>
/// <param name="Knows">Components whose data comes from it.</param>
internal sealed record RegistryRow(
    long Id, string Type, string Name, string Address, int Position, string? User, bool HasSecret, IReadOnlyList<string> Only, IReadOnlyList<string> Never, Cadence Cadence, bool Enabled, bool IsConfigured,
    DateTimeOffset CreatedAt, DateTimeOffset? AttemptedAt, DateTimeOffset? SucceededAt, int Failures, string? Error, DateTimeOffset? PausedUntil, long Asked, long Found, long Knows, long? JobId)
{
    /// <summary>An answer that is older than this is called old: components are asked about once a day.</summary>
    public TimeSpan StaleAfter => TimeSpan.FromDays(2) + Cadence.Period;
}

/// <summary>What a registry says of a component version beyond that it is there.</summary>
internal enum Withdrawal
{
    None = 0,

    /// <summary>Its makers advise against it.</summary>
    Deprecated = 1,

    /// <summary>It is hidden, and still delivered to who asks for it by number.</summary>
    Unlisted = 2,

    /// <summary>Yanked or retracted: nothing new should use it.</summary>
    Withdrawn = 3,
}

/// <summary>How far a version is behind the latest, by the first number that differs.</summary>
internal enum VersionGap
{
    None = 0,
    Patch = 1,
    Minor = 2,
    Major = 3,
}

internal enum ReleaseState
{
    /// <summary>It was not asked about yet, or never with success.</summary>
    Unknown = 0,
    Found = 1,

    /// <summary>No registry of its type has it.</summary>
    NotThere = 2,

    /// <summary>The rules keep its name from every registry of its type.</summary>
    NotAsked = 3,
}

/// <summary>What is known of a component from a registry.</summary>
/// <param name="Latest">The latest stable version; a pre-release only where there is nothing else.</param>
/// <param name="Deprecated">Why the package as a whole should not be used, or what to use instead; null when nobody says so.</param>
/// <param name="Registry">The name of the registry that answered.</param>
/// <param name="Gap">The furthest that a used version is behind; null where it cannot be told.</param>
/// <param name="Withdrawn">The worst that is said of a used version.</param>
internal sealed record ComponentRelease(
    ReleaseState State, string? Latest, DateTimeOffset? LatestAt, bool LatestIsPreRelease, string? Deprecated, DateTimeOffset? CheckedAt, string? Error, string? Registry, VersionGap? Gap, Withdrawal Withdrawn)
{
    public static ComponentRelease None { get; } = new(ReleaseState.Unknown, null, null, false, null, null, null, null, null, Withdrawal.None);
}

/// <summary>What is known of a component version from a registry.</summary>
/// <param name="Listed">Whether the registry has this version; null when it was not asked.</param>
/// <param name="Reason">Why it was deprecated or withdrawn, in the words of its makers.</param>
/// <param name="BehindDays">Days between its publication and that of the latest.</param>
internal sealed record VersionRelease(bool? Listed, DateTimeOffset? PublishedAt, Withdrawal Withdrawn, string? Reason, VersionGap? Gap, int? BehindDays, ComponentRelease Component)
{
    public static VersionRelease None { get; } = new(null, null, Withdrawal.None, null, null, null, ComponentRelease.None);
}

/// <summary>How much of what is looked at has data of a registry.</summary>
/// <param name="Configured">Some registry is configured: without, there is nothing to expect.</param>
/// <param name="Newest">The newest answer.</param>
internal sealed record ReleaseCoverage(bool Configured, long Known, long All, DateTimeOffset? Newest)
{
    public static ReleaseCoverage None { get; } = new(false, 0, 0, null);
}
