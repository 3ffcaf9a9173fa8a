using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Headwater.Core.Sboms.Spdx;

/// <summary>Identifiers of a document's elements and what its targets have in common.</summary>
internal sealed class SpdxNames
{
    private readonly Dictionary<string, string> _ids = new(StringComparer.Ordinal);
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);

    public SpdxNames(SbomDocument document, Func<string, bool> isGood)
    {
        Source = document;
        _used.Add("SPDXRef-DOCUMENT");
        foreach (var component in document.Components)
        {
            if (isGood(component.Ref) && _used.Add(component.Ref)) _ids[component.Ref] = component.Ref;
        }
        foreach (var component in document.Components)
        {
            if (!_ids.ContainsKey(component.Ref)) _ids[component.Ref] = SpdxIds.Unique(SpdxIds.Make(component.Ref), _used);
        }
    }

    public SbomDocument Source { get; }

    /// <summary>The identifier of a component; null for a reference that no component has.</summary>
    public string? Of(string reference) => _ids.GetValueOrDefault(reference);

    public string New(string id) => SpdxIds.Unique(id, _used);

    /// <summary>The document's namespace: its own, else one made from what it contains, so that the same document gets the same.</summary>
    public string Namespace()
    {
        var own = Source.Metadata.SerialNumber;
        if (!string.IsNullOrWhiteSpace(own) && !own.Contains('#', StringComparison.Ordinal) && !own.Any(char.IsWhiteSpace) && Uri.TryCreate(own, UriKind.Absolute, out _)) return own;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{own}\n{Source.Metadata.Name}\n{Source.Metadata.Timestamp}\n"));
        foreach (var component in Source.Components) hash.AppendData(Encoding.UTF8.GetBytes($"{component.Ref}\n"));
        var bytes = hash.GetHashAndReset().AsSpan(0, 16).ToArray();
        bytes[6] = (byte)(bytes[6] & 0x0F | 0x80);
        bytes[8] = (byte)(bytes[8] & 0x3F | 0x80);
        return "urn:uuid:" + new Guid(bytes, bigEndian: true).ToString();
    }

    /// <summary>A date and time in the form that SPDX demands; the beginning of time for what is none.</summary>
    public static string Date(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date)
            ? date.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)
            : "1970-01-01T00:00:00Z";

    public string DocumentName => NotEmpty(Source.Metadata.Name) ?? NotEmpty(Source.Root?.Name) ?? "sbom";

    private static string? NotEmpty(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;

    /// <summary>The licences of one acknowledgement as one expression; null when there are none.</summary>
    /// <param name="component">Whose licences.</param>
    /// <param name="concluded">The concluded ones; else all others.</param>
    /// <param name="reference">Gives a licence without identifier or expression a reference.</param>
    public static string? Licence(SbomComponent component, bool concluded, Func<SbomLicence, string> reference)
    {
        List<string> parts = [];
        foreach (var licence in component.Licences)
        {
            if (licence.Acknowledgement == LicenceAcknowledgement.Concluded != concluded) continue;
            var text = licence.Expression ?? licence.Id;
            parts.Add(text is not null && (SpdxExpression.Check(text) is null || component.Spdx is not null) ? text : reference(licence));
        }
        return parts.Count switch
        {
            0 => null,
            1 => parts[0],
            _ => string.Join(" AND ", parts.Select(p => p.Contains(' ', StringComparison.Ordinal) ? $"({p})" : p)),
        };
    }

    /// <summary>A text with a reference for a licence that has only a name or a text.</summary>
    public static SbomLicenceText MakeLicence(SbomLicence licence, SbomDocument document, Dictionary<string, SbomLicenceText> made)
    {
        var name = licence.Name ?? licence.Id ?? licence.Expression ?? "licence";
        var text = licence.Text ?? name;
        var stem = "LicenseRef-" + SpdxIds.Make(name)[8..];
        var id = stem;
        for (var n = 2; made.TryGetValue(id, out var known) ? known.Text != text : document.LicenceTexts.Exists(l => l.Id == id); n++) id = $"{stem}-{n}";
        return new SbomLicenceText(id, name, text, licence.Url is null ? [] : [licence.Url], null);
    }
}
