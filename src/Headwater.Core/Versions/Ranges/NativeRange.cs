using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace Headwater.Core.Versions;

/// <summary>Finds the grammar of an ecosystem's own range notation.</summary>
internal static class NativeRange
{
    private const int MaxLength = 8 * 1024;

    private delegate void Grammar(string text, RangeBuilder range);

    private static readonly FrozenDictionary<string, Grammar> s_grammars = new Dictionary<string, Grammar>(StringComparer.Ordinal)
    {
        ["npm"] = (text, range) => new NodeRanges(NodeDialect.Npm, range).Read(text),
        ["semver"] = (text, range) => new NodeRanges(NodeDialect.Npm, range).Read(text),
        ["swift"] = (text, range) => new NodeRanges(NodeDialect.Npm, range).Read(text),
        ["github"] = (text, range) => new NodeRanges(NodeDialect.Npm, range).Read(text),
        ["cargo"] = (text, range) => new NodeRanges(NodeDialect.Cargo, range).Read(text),
        ["julia"] = (text, range) => new NodeRanges(NodeDialect.Julia, range).Read(text),
        ["pub"] = (text, range) => new NodeRanges(NodeDialect.Pub, range).Read(text),
        ["composer"] = (text, range) => new ComposerRanges(range).Read(text),
        ["conan"] = (text, range) => new ConanRanges(range).Read(text),
        ["pypi"] = (text, range) => new PypiRanges(range).Read(text),
        ["maven"] = (text, range) => new IntervalRanges(range, bareIsMinimum: false).Read(text),
        ["nuget"] = (text, range) => new IntervalRanges(range, bareIsMinimum: true).Read(text),
        ["nginx"] = NginxRanges.Read,
        ["openssl"] = OpenSslRanges.Read,
    }.ToFrozenDictionary();

    public static bool TryRead(string scheme, string text, [NotNullWhen(true)] out VersRange? range, [NotNullWhen(false)] out string? error)
    {
        range = null;
        error = null;
        if (VersionSchemes.ForName(scheme) is not { } order)
        {
            error = $"\"{scheme}\" is no known version scheme; use a vers type or an OSV ecosystem name.";
            return false;
        }

        if (text.Length > MaxLength)
        {
            error = $"The range is longer than {MaxLength} characters.";
            return false;
        }

        // The type is the one that was asked for when it is a vers type, else the one of the ecosystem.
        var type = VersionSchemes.ForVers(scheme) is not null && VersionSchemes.ForEcosystem(scheme) is null ? scheme.ToLowerInvariant() : order.Name;
        var builder = new RangeBuilder(type, order);
        if (s_grammars.TryGetValue(order.Name, out var grammar)) grammar(text, builder);
        else ComparatorRanges.Read(text, builder);
        error = builder.Error;
        if (error is not null) return false;
        range = builder.Build();
        return true;
    }
}
