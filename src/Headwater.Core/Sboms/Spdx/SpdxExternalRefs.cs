namespace Headwater.Core.Sboms.Spdx;

/// <summary>External references of SPDX 2 packages (clause 7.21 and annex F): identities become identities, the rest stays a reference.</summary>
internal static class SpdxExternalRefs
{
    public static void Add(SbomComponent component, string category, string type, string locator, string? comment)
    {
        category = category.ToUpperInvariant().Replace('_', '-');
        var word = type;
        const string listed = "http://spdx.org/rdf/references/";
        if (type.StartsWith(listed, StringComparison.Ordinal)) word = type[listed.Length..];
        var isIdentity = true;
        switch (category, word)
        {
            case ("PACKAGE-MANAGER", "purl") when component.Purl is null: component.Purl = locator; break;
            case ("PACKAGE-MANAGER", "purl"): component.Identities.Add(new SbomIdentity("purl", locator)); break;
            case ("SECURITY", "cpe23Type"): component.Cpes.Add(locator); break;
            case ("SECURITY", "cpe22Type"): component.Identities.Add(new SbomIdentity("cpe22Type", locator)); break;
            case ("SECURITY", "swid"): component.Identities.Add(new SbomIdentity("swid", locator)); break;
            case ("PERSISTENT-ID", "swh"): component.Identities.Add(new SbomIdentity("swhid", locator)); break;
            case ("PERSISTENT-ID", "gitoid"): component.Identities.Add(new SbomIdentity("omniborId", locator)); break;
            default:
                // A type of the document's own that ends in "#purl" names a package URL all the same.
                if (category == "PACKAGE-MANAGER" && component.Purl is null && word.EndsWith("#purl", StringComparison.Ordinal) && locator.StartsWith("pkg:", StringComparison.Ordinal)) component.Purl = locator;
                isIdentity = false;
                break;
        }
        if (isIdentity && comment is null) return;
        var name = category == "OTHER" && SpdxWords.CycloneDxReferenceTypes.Contains(word) ? word : $"{category}/{word}";
        component.ExternalReferences.Add(new SbomExternalReference(name, locator, comment));
    }

    /// <summary>All external references of a component in the words of SPDX 2, identities first.</summary>
    public static IEnumerable<(string Category, string Type, string Locator, string? Comment)> Of(SbomComponent component, Action<string> lost)
    {
        var commented = new HashSet<(string, string)>();
        foreach (var reference in component.ExternalReferences) commented.Add((reference.Type, reference.Url));
        if (component.Purl is { } purl && !commented.Contains(("PACKAGE-MANAGER/purl", purl)) && !HasOwnPurl(component, purl)) yield return ("PACKAGE-MANAGER", "purl", purl, null);
        foreach (var cpe in component.Cpes)
        {
            var type = cpe.StartsWith("cpe:/", StringComparison.Ordinal) ? "cpe22Type" : "cpe23Type";
            if (!commented.Contains(("SECURITY/cpe23Type", cpe))) yield return ("SECURITY", type, cpe, null);
        }
        foreach (var identity in component.Identities)
        {
            (string Category, string Type)? place = identity.Type switch
            {
                "purl" => ("PACKAGE-MANAGER", "purl"),
                "cpe22Type" => ("SECURITY", "cpe22Type"),
                "swid" => ("SECURITY", "swid"),
                "swhid" => ("PERSISTENT-ID", "swh"),
                "omniborId" => ("PERSISTENT-ID", "gitoid"),
                _ => null,
            };
            if (place is not { } known) yield return ("OTHER", $"identity-{identity.Type}", identity.Value, null);
            else if (!commented.Contains(($"{known.Category}/{known.Type}", identity.Value))) yield return (known.Category, known.Type, identity.Value, null);
        }
        var located = false;
        var housed = false;
        foreach (var reference in component.ExternalReferences)
        {
            if (reference is { Type: "distribution", Comment: null } && !located)
            {
                located = true;
                continue;
            }
            if (reference is { Type: "website", Comment: null } && !housed)
            {
                housed = true;
                continue;
            }
            if (reference.Hashes is { Count: > 0 }) lost($"hashes of the external reference {reference.Url}");
            var slash = reference.Type.IndexOf('/');
            if (slash > 0 && reference.Type[..slash] is "OTHER" or "SECURITY" or "PACKAGE-MANAGER" or "PERSISTENT-ID")
                yield return (reference.Type[..slash], reference.Type[(slash + 1)..], reference.Url, reference.Comment);
            else
                yield return ("OTHER", reference.Type, reference.Url, reference.Comment);
        }
    }

    private static bool HasOwnPurl(SbomComponent component, string purl) => component.ExternalReferences.Exists(
        r => r.Url == purl && r.Type.StartsWith("PACKAGE-MANAGER/", StringComparison.Ordinal) && r.Type.EndsWith("#purl", StringComparison.Ordinal));
}
