using System.Globalization;

namespace Headwater.Core.Sboms.Quality;

/// <summary>What the standards ask of values: that one can be written to, looked up, computed with.</summary>
internal static class QualityFacts
{
    public const string Contact = "no e-mail address or URL is given";

    /// <summary>A name short enough to be shown; a document decides how long it would be.</summary>
    public static string Cut(string text) => text.Length <= 160 ? text : string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[158]) ? 158 : 159), "…");

    public static bool IsUrl(string? text) => Uri.TryCreate(text?.Trim(), UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" or "git" or "ssh" or "ftp" or "git+https" or "git+ssh" or "git+http";

    public static bool IsUri(string? text) => !string.IsNullOrWhiteSpace(text) && Uri.TryCreate(text.Trim(), UriKind.Absolute, out _);

    public static bool IsEmail(string? text)
    {
        if (text is null) return false;
        var (at, mail) = (text.IndexOf('@', StringComparison.Ordinal), text.Trim());
        return at > 0 && at == text.LastIndexOf('@') && mail.IndexOf('.', mail.IndexOf('@', StringComparison.Ordinal)) is var dot and > 0 && dot < mail.Length - 1 && mail[mail.IndexOf('@', StringComparison.Ordinal) + 1] != '.' && !mail.Any(char.IsWhiteSpace);
    }

    /// <summary>RFC 3339, as both formats want it.</summary>
    public static bool IsTimestamp(string? text) => text is { Length: >= 20 } && text[10] is 'T' or 't' && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    /// <summary>True when an organisation can be reached: an address of mail or of a page.</summary>
    public static bool Reachable(SbomOrganisation? organisation) =>
        organisation is not null && (organisation.Urls.Any(IsUrl) || organisation.Contacts.Any(c => IsEmail(c.Email)) || IsEmail(AddressIn(organisation.Name)));

    /// <summary>True when somebody can be told from others at all.</summary>
    public static bool Known(SbomOrganisation? organisation) =>
        organisation is not null && (!string.IsNullOrWhiteSpace(organisation.Name) || organisation.Urls.Count > 0 || organisation.Contacts.Any(Known));

    public static bool Known(SbomContact contact) => !string.IsNullOrWhiteSpace(contact.Name) || !string.IsNullOrWhiteSpace(contact.Email);

    public static bool Identified(SbomComponent component) =>
        !string.IsNullOrWhiteSpace(component.Purl) || component.Cpes.Exists(c => c.Length > 0) || component.Identities.Exists(i => i.Value.Length > 0);

    public static string? Property(SbomComponent component, string name)
    {
        foreach (var property in component.Properties)
            if (property.Name == name && !string.IsNullOrWhiteSpace(property.Value)) return property.Value;
        return null;
    }

    public static bool HasSha512(IEnumerable<SbomHash>? hashes) => hashes?.Any(h => h.Algorithm == "SHA-512" && h.Value.Length == 128 && h.Value.All(char.IsAsciiHexDigit)) == true;

    public static bool HasHash(IEnumerable<SbomHash>? hashes) => hashes?.Any(h => h.Value.Length > 0) == true;

    public static IEnumerable<SbomExternalReference> References(SbomComponent component, params ReadOnlySpan<string> types)
    {
        var found = new List<SbomExternalReference>();
        foreach (var reference in component.ExternalReferences)
            if (types.Contains(reference.Type)) found.Add(reference);
        return found;
    }

    /// <summary>Licences stated with one of these acknowledgements, all of them identifiers or expressions of the list; null when there are none.</summary>
    public static bool? Licensed(SbomComponent component, params ReadOnlySpan<LicenceAcknowledgement> by)
    {
        var any = false;
        foreach (var licence in component.Licences)
        {
            if (!by.Contains(licence.Acknowledgement)) continue;
            if (licence.Expression is null && licence.Id is null && !(licence.Name?.StartsWith("LicenseRef-", StringComparison.Ordinal) ?? false)) return false;
            if (!ListedLicences.Accepts(licence.Display)) return false;
            any = true;
        }

        return any ? true : null;
    }

    private static string? AddressIn(string? name)
    {
        var open = name?.LastIndexOf('(') ?? -1;
        return open >= 0 && name!.EndsWith(')') ? name[(open + 1)..^1] : null;
    }
}
