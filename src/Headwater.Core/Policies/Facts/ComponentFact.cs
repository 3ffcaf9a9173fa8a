using System.Collections.Immutable;
using System.Globalization;
using Headwater.Core.Packages;
using Headwater.Core.Policies.Cel;
using Headwater.Core.Versions;

namespace Headwater.Core.Policies.Facts;

/// <summary>What is known of a component version, wherever it is used. What is null is not known.</summary>
public sealed class ComponentFact : ICelRecord
{
    internal static readonly ImmutableArray<FactField>.Builder Fields = ImmutableArray.CreateBuilder<FactField>();

    internal static readonly CelRecordType RecordType = CelRecordType.Of<ComponentFact>("component", t => new FactSchema<ComponentFact>(t, "component", Fields)
        .Known("purl", CelType.String, "its package URL; empty when it has none", c => CelValue.Of(c.PurlText))
        .Known("type", CelType.String, "the type in its package URL (`npm`, `maven`); empty when it has none", c => CelValue.Of(c.Purl?.Type ?? ""))
        .Known("group", CelType.String, "its namespace, group or scope; empty when it has none", c => CelValue.Of(c.Group))
        .Known("name", CelType.String, "its name, without the group", c => CelValue.Of(c.Name))
        .Known("has_version", CelType.Bool, "whether its version is known", c => CelValue.Of(c.Version is { Length: > 0 }))
        .Text("version", "its version", c => c.Version is { Length: > 0 } version ? version : null)
        .Time("published", "when this version was published", c => c.Published)
        .Fact("age", CelType.Duration, "how long ago that was", c => c.Published is { } published ? CelValue.Of(c.Moment - published) : null)
        .Text("latest", "the newest stable version in its registry", c => c.Latest)
        .Flag("deprecated", "whether its registry calls it deprecated", c => c.IsDeprecated)
        .Flag("withdrawn", "whether this version was taken back (yanked, unlisted)", c => c.IsWithdrawn)
        .Flag("internal", "whether it is the organisation's own", c => c.IsInternal)
        .Whole("majors_behind", "how many major versions the newest one is ahead", c => c.Behind(0))
        .Whole("minors_behind", "how many minor versions the newest one is ahead where the major one is the same, otherwise 0", c => c.Behind(1))
        .Whole("patches_behind", "how many patches the newest one is ahead where the minor version is the same, otherwise 0", c => c.Behind(2))
        .Texts("cpes", "its names in the Common Platform Enumeration, as its document writes them", c => c._cpes)
        .Texts("hashes", "its hashes, in small letters: `sha-256:9f86d081…`", c => c._hashes));

    private CelList? _cpes, _hashes;

    private readonly string? _name;

    /// <summary>The version read by the scheme of the range that asked last: there is one for each kind of package.</summary>
    private ReadVersion? _read;

    CelRecordType ICelRecord.CelType => RecordType;

    /// <summary>The package URL; null when it has none.</summary>
    public PackageUrl? Purl { get; init; }

    /// <summary>The name, without its group; that of the package URL when it is not said.</summary>
    public string Name
    {
        get => _name ?? Purl?.Name ?? "";
        init => _name = value;
    }

    /// <summary>Namespace, group or scope; empty when it has none.</summary>
    public string Group { get => field ?? Purl?.Namespace ?? ""; init; }

    /// <summary>The version; null for unknown.</summary>
    public string? Version { get => field ?? Purl?.Version; init; }

    /// <summary>When this version was published.</summary>
    public DateTimeOffset? Published { get; init; }

    /// <summary>The newest stable version in its registry.</summary>
    public string? Latest { get; init; }

    /// <summary>Whether its registry calls it deprecated.</summary>
    public bool? IsDeprecated { get; init; }

    /// <summary>Whether this version was taken back.</summary>
    public bool? IsWithdrawn { get; init; }

    /// <summary>Whether it is the organisation's own.</summary>
    public bool? IsInternal { get; init; }

    /// <summary>Its CPE names as its document writes them; null where the document was not asked.</summary>
    public IReadOnlyList<string>? Cpes { get; init => (field, _cpes) = (value, value is null ? null : CelList.Of(value)); }

    /// <summary>Its hashes, each <c>algorithm:hexadecimal</c> in small letters (<c>sha-256:9f86…</c>); null where the document was not asked.</summary>
    public IReadOnlyList<string>? Hashes { get; init => (field, _hashes) = (value, value is null ? null : CelList.Of(value)); }

    /// <summary>Name with group and version, as people say it.</summary>
    public string Label => (Group.Length == 0 ? Name : $"{Group}/{Name}") + (Version is null ? "" : "@" + Version);

    /// <summary>The moment that ages are counted to; set by the facts it belongs to.</summary>
    internal DateTimeOffset Moment { get; set; }

    /// <summary>The package URL without version, qualifiers and subpath; empty when it has none.</summary>
    internal string Coordinates => field ??= Purl?.Coordinates ?? "";

    internal string PurlText => Purl?.ToString() ?? "";

    /// <summary>Whether its version is in a range; null when that cannot be told.</summary>
    internal bool? IsWithin(VersRange range)
    {
        if (Version is not { Length: > 0 } text) return null;
        if (range.Scheme is not { } scheme || range.IsAsterisk) return range.Contains(text);
        var read = _read;
        if (read is null || !ReferenceEquals(read.Scheme, scheme)) _read = read = new ReadVersion(scheme, scheme.TryParse(text, out var version) ? version : null);
        return read.Version is { } parsed ? range.Contains(parsed) : range.Contains(text);
    }

    /// <summary>How far the newest version is ahead in the number at a place, where all numbers before it are the same; 0 where it is not. Null when one of the two is not known, or does not begin with a number.</summary>
    private long? Behind(int place)
    {
        if (Version is not { Length: > 0 } own || Latest is not { Length: > 0 } latest) return null;
        var (mine, newest) = (Numbers(own), Numbers(latest));
        if (mine is not var (major, minor, patch) || newest is not var (newMajor, newMinor, newPatch)) return null;
        return place switch
        {
            0 => Math.Max(0, newMajor - major),
            1 => newMajor == major ? Math.Max(0, newMinor - minor) : 0,
            _ => newMajor == major && newMinor == minor ? Math.Max(0, newPatch - patch) : 0,
        };
    }

    /// <summary>The first three numbers of a version, past the epoch of Debian and a leading v; what is missing is 0.</summary>
    private static (long Major, long Minor, long Patch)? Numbers(ReadOnlySpan<char> version)
    {
        version = version[(version.IndexOf(':') + 1)..].TrimStart("vV");
        Span<long> numbers = stackalloc long[3];
        for (var place = 0; place < 3; place++)
        {
            var end = version.IndexOfAnyExceptInRange('0', '9');
            var digits = end < 0 ? version : version[..end];
            if (digits.Length is 0 or > 15) return place == 0 || digits.Length > 15 ? null : (numbers[0], numbers[1], numbers[2]);
            numbers[place] = long.Parse(digits, CultureInfo.InvariantCulture);
            if (end < 0 || version[end] != '.') break;
            version = version[(end + 1)..];
        }

        return (numbers[0], numbers[1], numbers[2]);
    }

    private sealed record ReadVersion(VersionScheme Scheme, PackageVersion? Version);
}
