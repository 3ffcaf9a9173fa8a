namespace Headwater.Core.Versions;

/// <summary>Finds the <see cref="VersionScheme"/> for the names that standards use.</summary>
public static class VersionSchemes
{
    /// <summary>By an OSV ecosystem name, with or without a suffix (<c>Debian:12</c>). Null when its order is not known.</summary>
    public static VersionScheme? ForEcosystem(ReadOnlySpan<char> ecosystem) => throw new NotImplementedException();

    /// <summary>By a <c>vers:</c> scheme name. Null when unknown.</summary>
    public static VersionScheme? ForVers(ReadOnlySpan<char> scheme) => throw new NotImplementedException();

    /// <summary>By an OSV ecosystem name or else a <c>vers:</c> scheme name, as the command line takes either.</summary>
    public static VersionScheme? ForName(ReadOnlySpan<char> name) => ForEcosystem(name) ?? ForVers(name);
}
