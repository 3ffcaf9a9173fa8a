namespace Headwater.Core.Sboms.CycloneDx;

/// <summary>Reports what an SPDX document says that CycloneDX has no word for: one line per kind of statement, with how often it was made.</summary>
internal static class SpdxOnly
{
    public static void Report(SbomDocument document, Action<string, string> lost)
    {
        var m = document.Metadata;
        if (m.SerialNumber is { } ns && !ns.StartsWith("urn:uuid:", StringComparison.Ordinal)) lost("/serialNumber", $"a CycloneDX serial number is a urn:uuid; the document namespace \"{ns}\" was left out");
        if (m.Spdx is { } d)
        {
            if (d.Comment is not null || d.CreatorComment is not null) lost("/metadata", "CycloneDX has no place for comments on the document");
            if (d.LicenceListVersion is not null) lost("/metadata", $"CycloneDX has no place for the version of the licence list ({d.LicenceListVersion})");
            foreach (var other in d.ExternalDocuments) lost("/externalReferences", $"the reference to the document {other.Namespace} was left out");
            if (d.Annotations.Count > 0) lost("/annotations", $"{d.Annotations.Count} annotations on the document were left out");
        }

        foreach (var (what, count) in document.Components.Where(c => c.Spdx is not null)
            .SelectMany(c => Statements(c.Spdx!)).Where(s => s.Said).GroupBy(s => s.What).Select(g => (g.Key, g.Count())).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            lost("/components", $"CycloneDX has no place for the {what} of {count} {(count == 1 ? "component" : "components")}");
        }
    }

    private static IEnumerable<(string What, bool Said)> Statements(SpdxComponentFields f) =>
    [
        ("package verification code", f.VerificationCode is not null),
        ("package file name", f.PackageFileName is not null),
        ("source information", f.SourceInfo is not null),
        ("comments on the licence", f.LicenceComments is not null),
        ("summary", f.Summary is not null),
        ("comment", f.Comment is not null),
        ("release, build or end date", (f.ReleaseDate ?? f.BuiltDate ?? f.ValidUntilDate) is not null),
        ("notice", f.NoticeText is not null),
        ("attribution texts", f.AttributionTexts.Count > 0),
        ("licences found in files", f.LicenceInfo.Exists(l => l is not ("NOASSERTION" or "NONE"))),
        ("file types", f.FileTypes.Count > 0),
        ("contributors", f.Contributors.Count > 0),
        ("annotations", f.Annotations.Count > 0),
        ("further properties", f.Extras.Count > 0),
    ];
}
