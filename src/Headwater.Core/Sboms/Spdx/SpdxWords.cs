using System.Collections.Frozen;
using System.Text.Json;

namespace Headwater.Core.Sboms.Spdx;

/// <summary>The words of SPDX against those of the model.</summary>
internal static class SpdxWords
{
    /// <summary>Algorithm in SPDX 2 spelling → spelling of the model and number of hexadecimal digits (0: any).</summary>
    public static readonly FrozenDictionary<string, (string Name, int Digits)> Algorithms = new Dictionary<string, (string, int)>
    {
        ["SHA1"] = ("SHA-1", 40), ["SHA224"] = ("SHA-224", 56), ["SHA256"] = ("SHA-256", 64), ["SHA384"] = ("SHA-384", 96), ["SHA512"] = ("SHA-512", 128),
        ["MD2"] = ("MD2", 32), ["MD4"] = ("MD4", 32), ["MD5"] = ("MD5", 32), ["MD6"] = ("MD6", 0), ["ADLER32"] = ("ADLER32", 8),
        ["SHA3-256"] = ("SHA3-256", 64), ["SHA3-384"] = ("SHA3-384", 96), ["SHA3-512"] = ("SHA3-512", 128),
        ["BLAKE2b-256"] = ("BLAKE2b-256", 64), ["BLAKE2b-384"] = ("BLAKE2b-384", 96), ["BLAKE2b-512"] = ("BLAKE2b-512", 128), ["BLAKE3"] = ("BLAKE3", 0),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The algorithms of SPDX 2.2, in its spelling.</summary>
    public static readonly FrozenSet<string> Algorithms22 = new[] { "SHA1", "SHA224", "SHA256", "SHA384", "SHA512", "MD2", "MD4", "MD5", "MD6" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Algorithm in the model's spelling → SPDX 2 spelling.</summary>
    public static readonly FrozenDictionary<string, string> AlgorithmsBack = Algorithms.ToFrozenDictionary(a => a.Value.Name, a => a.Key, StringComparer.Ordinal);

    /// <summary>True when SPDX 2 has the algorithm and the value has its form.</summary>
    public static bool IsChecksum(SbomHash hash, out string? algorithm) =>
        AlgorithmsBack.TryGetValue(hash.Algorithm, out algorithm) && hash.Value.Length > 0 && IsHex(hash.Value) && Algorithms[algorithm].Digits is var digits && (digits == 0 || digits == hash.Value.Length);

    public static bool IsHex(string text) => text.All(char.IsAsciiHexDigit);

    private static readonly FrozenDictionary<string, SbomComponentKind> s_kinds = new Dictionary<string, SbomComponentKind>
    {
        ["APPLICATION"] = SbomComponentKind.Application, ["FRAMEWORK"] = SbomComponentKind.Framework, ["LIBRARY"] = SbomComponentKind.Library,
        ["CONTAINER"] = SbomComponentKind.Container, ["OPERATINGSYSTEM"] = SbomComponentKind.OperatingSystem, ["DEVICE"] = SbomComponentKind.Device,
        ["FIRMWARE"] = SbomComponentKind.Firmware, ["SOURCE"] = SbomComponentKind.Source, ["ARCHIVE"] = SbomComponentKind.Archive,
        ["FILE"] = SbomComponentKind.File, ["INSTALL"] = SbomComponentKind.Install, ["OTHER"] = SbomComponentKind.Other,
        ["DEVICEDRIVER"] = SbomComponentKind.DeviceDriver, ["PLATFORM"] = SbomComponentKind.Platform, ["MODEL"] = SbomComponentKind.MachineLearningModel,
        ["DATA"] = SbomComponentKind.Data,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>Kind for a primary purpose in the spelling of any version; false when the model has no such kind.</summary>
    public static bool TryKind(string purpose, out SbomComponentKind kind) =>
        s_kinds.TryGetValue(purpose.Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal), out kind);

    /// <summary>SPDX 2.3's word for a kind; null when it has none.</summary>
    public static string? Purpose23(SbomComponentKind kind) => kind switch
    {
        SbomComponentKind.OperatingSystem => "OPERATING-SYSTEM",
        SbomComponentKind.Application or SbomComponentKind.Framework or SbomComponentKind.Library or SbomComponentKind.Container or SbomComponentKind.Device
            or SbomComponentKind.Firmware or SbomComponentKind.Source or SbomComponentKind.Archive or SbomComponentKind.File or SbomComponentKind.Install
            or SbomComponentKind.Other => kind.ToString().ToUpperInvariant(),
        _ => null,
    };

    /// <summary>Relationship type of SPDX 2 → kind, and whether the direction is turned round.</summary>
    public static (SbomRelationshipKind Kind, bool Turned, bool KeepNative) Relationship(string type) => type switch
    {
        "DEPENDS_ON" => (SbomRelationshipKind.DependsOn, false, false),
        "DEPENDENCY_OF" or "RUNTIME_DEPENDENCY_OF" => (SbomRelationshipKind.DependsOn, true, true),
        "BUILD_DEPENDENCY_OF" => (SbomRelationshipKind.BuildDependsOn, true, false),
        "DEV_DEPENDENCY_OF" => (SbomRelationshipKind.DevDependsOn, true, false),
        "TEST_DEPENDENCY_OF" => (SbomRelationshipKind.TestDependsOn, true, false),
        "OPTIONAL_DEPENDENCY_OF" => (SbomRelationshipKind.OptionalDependsOn, true, false),
        "PROVIDED_DEPENDENCY_OF" => (SbomRelationshipKind.ProvidedDependsOn, true, false),
        "CONTAINS" => (SbomRelationshipKind.Contains, false, false),
        "CONTAINED_BY" => (SbomRelationshipKind.Contains, true, true),
        "DESCRIBES" => (SbomRelationshipKind.Describes, false, false),
        "DESCRIBED_BY" => (SbomRelationshipKind.Describes, true, true),
        _ => (SbomRelationshipKind.Other, false, true),
    };

    /// <summary>True for the kinds that make the dependency graph.</summary>
    public static bool IsDependency(SbomRelationshipKind kind) => kind is SbomRelationshipKind.DependsOn or SbomRelationshipKind.BuildDependsOn
        or SbomRelationshipKind.DevDependsOn or SbomRelationshipKind.TestDependsOn or SbomRelationshipKind.OptionalDependsOn or SbomRelationshipKind.ProvidedDependsOn;

    /// <summary>External reference types of CycloneDX that SPDX carries under the category OTHER and that come back by their own name.</summary>
    public static readonly FrozenSet<string> CycloneDxReferenceTypes = new[]
    {
        "vcs", "issue-tracker", "advisories", "bom", "mailing-list", "social", "chat", "documentation", "support", "source-distribution", "distribution-intake",
        "license", "build-meta", "build-system", "release-notes", "security-contact", "model-card", "log", "configuration", "evidence", "formulation",
        "attestation", "threat-model", "adversary-model", "risk-assessment", "vulnerability-assertion", "exploitability-statement", "pentest-report",
        "static-analysis-report", "dynamic-analysis-report", "runtime-analysis-report", "component-analysis-report", "maturity-report",
        "certification-report", "codified-infrastructure", "quality-metrics", "poam", "electronic-signature", "digital-signature", "rfc-9116",
        "patent", "patent-family", "patent-assertion", "citation",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Reads <c>Person: name (mail)</c> and <c>Organization: name (mail)</c>.</summary>
    public static SbomOrganisation? Organisation(string text)
    {
        var isPerson = text.StartsWith("Person:", StringComparison.Ordinal);
        if (!isPerson && !text.StartsWith("Organization:", StringComparison.Ordinal)) return null;
        var (name, mail) = NameAndMail(text[(text.IndexOf(':') + 1)..]);
        return new SbomOrganisation(name, [], mail is null ? [] : [new SbomContact(null, mail)], isPerson);
    }

    /// <summary>Takes <c>name (mail)</c> apart; empty parentheses say nothing.</summary>
    public static (string Name, string? Mail) NameAndMail(string text)
    {
        text = text.Trim();
        if (!text.EndsWith(')') || text.LastIndexOf('(') is var open && open < 0) return (text, null);
        var mail = text[(open + 1)..^1].Trim();
        if (mail.Length > 0 && !mail.Contains('@', StringComparison.Ordinal)) return (text, null);
        return (text[..open].TrimEnd(), mail.Length == 0 ? null : mail);
    }

    /// <summary>The inverse of <see cref="Organisation"/>.</summary>
    public static string Text(SbomOrganisation organisation)
    {
        var mail = organisation.Contacts.Select(c => c.Email).FirstOrDefault(e => e is not null);
        var name = organisation.Name ?? organisation.Contacts.Select(c => c.Name).FirstOrDefault(n => n is not null) ?? "unknown";
        return (organisation.IsPerson ? "Person: " : "Organization: ") + OneLine(name) + (mail is null ? "" : $" ({OneLine(mail)})");
    }

    /// <summary>Reads <c>name-version</c> of a tool: the version is what stands behind the last hyphen that is followed by a digit, or by v and a digit.</summary>
    public static SbomTool Tool(string text)
    {
        text = text.Trim();
        for (var i = text.LastIndexOf('-'); i > 0; i = text.LastIndexOf('-', i - 1))
        {
            var tail = text.AsSpan(i + 1);
            if (tail.Length > 0 && (char.IsAsciiDigit(tail[0]) || tail.Length > 1 && tail[0] == 'v' && char.IsAsciiDigit(tail[1]))) return new SbomTool(null, text[..i], text[(i + 1)..]);
        }
        return new SbomTool(null, text, null);
    }

    /// <summary>A licence statement for an expression that is neither NONE nor NOASSERTION.</summary>
    public static SbomLicence Licence(string expression, LicenceAcknowledgement acknowledgement) => SpdxExpression.IsPlainId(expression)
        ? new SbomLicence(Id: expression, Acknowledgement: acknowledgement)
        : new SbomLicence(Expression: expression, Acknowledgement: acknowledgement);

    /// <summary>Line breaks and other control characters become spaces.</summary>
    public static string OneLine(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\0', '\u001f')) return text;
        return string.Create(text.Length, text, static (target, source) =>
        {
            for (var i = 0; i < source.Length; i++) target[i] = source[i] < ' ' ? ' ' : source[i];
        });
    }

    /// <summary>The kind of a JSON value in a word.</summary>
    public static string Kind(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "true or false",
        _ => "null",
    };
}
