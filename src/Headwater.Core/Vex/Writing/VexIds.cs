using System.Security.Cryptography;
using System.Text;
using Headwater.Core.Packages;
using Headwater.Core.Versions;

namespace Headwater.Core.Vex.Writing;

/// <summary>Identities for documents and products that have none of the target's kind. The same document gets the same ones.</summary>
internal static class VexIds
{
    /// <summary>What stands where a format demands words that nobody wrote; the first is what OpenVEX's own tools write.</summary>
    public const string NoAction = "No action statement provided", NoImpact = "No justification or impact statement was given.";

    public static bool IsAddress(string? text) => text is not null && !text.Any(c => c <= ' ' || c is '<' or '>' or '"' or '{' or '}' or '|' or '\\' or '^' or '`')
        && text.IndexOfAny([':', '/', '?', '#']) is > 0 and var at && text[at] == ':' && char.IsAsciiLetter(text[0]) && Uri.TryCreate(text, UriKind.Absolute, out _);

    /// <summary>The document's identity as an address.</summary>
    public static string Address(VexDocument document)
    {
        if (IsAddress(document.Id)) return document.Id!;
        if (document.Id is not null && IsAddress(document.Namespace)) return $"{document.Namespace!.TrimEnd('/')}/{Uri.EscapeDataString(document.Id)}";
        return "urn:uuid:" + Uuid(document);
    }

    /// <summary>A UUID (version 8) that follows from what the document says of itself and of what.</summary>
    public static string Uuid(VexDocument document)
    {
        var seed = new StringBuilder(document.Id);
        if (document.Id is null)
        {
            seed.Append('\n').Append(document.Author).Append('\n').Append(document.Time?.UtcTicks);
            foreach (var s in document.Statements)
            {
                seed.Append('\n').Append(s.Vulnerability.Id).Append(' ').Append(s.Status);
                foreach (var p in s.Products) seed.Append(' ').Append(VexLosses.Name(p));
            }
        }

        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(seed.ToString()));
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash.AsSpan(0, 16), bigEndian: true).ToString("D");
    }

    /// <summary>A range of just one version as that version.</summary>
    public static VexProduct Narrow(VexProduct p) =>
        p.VersionRange is { } text && VersRange.TryNormalize(text, out var range, out _) && range.Constraints is [{ Comparator: VersComparator.Equal } one] ? p with { Version = one.Version, VersionRange = null } : p;

    /// <summary>The package URL with the version that is meant; null when there is none or it is not valid.</summary>
    public static string? Purl(VexProduct p)
    {
        if (p.Purl is null || !PackageUrl.TryParse(p.Purl, out var purl, out _)) return null;
        if (p.Version is null) return p.Purl;
        // A version that is said of just this statement goes before the one in the URL.
        return purl.Version is null || (p.VersionState is not null && purl.Version != p.Version) ? purl.WithVersion(p.Version).ToString() : p.Purl;
    }
}
