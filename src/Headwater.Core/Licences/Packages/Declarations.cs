using Headwater.Core.Licences.Expressions;
using Headwater.Core.Licences.Packages.Manifests;

namespace Headwater.Core.Licences.Packages;

/// <summary>Reads what a package declares: as people write it, and out of the file that it names in place of a licence.</summary>
internal static class Declarations
{
    /// <summary>Longer than any name: a text of a licence.</summary>
    private const int LongestName = 300;

    public static DeclaredLicence Read(Manifest manifest, List<ScannedFile> files, LicenceLibrary library)
    {
        if (manifest.LicenceFile is { } named) return FromFile(manifest, named, files);
        var joined = manifest.Licences.Count == 1 ? manifest.Licences[0] : string.Join(manifest.IsChoice ? " OR " : " AND ", manifest.Licences.Select(l => l.Contains(' ', StringComparison.Ordinal) ? $"({l})" : l));
        if (manifest.Licences is [{ } text] && (text.Length > LongestName || text.Contains('\n', StringComparison.Ordinal)))
        {
            var stated = library.Identify(text).Expression;
            return new DeclaredLicence(manifest.Path, text.Length <= LongestName ? text : text[..LongestName] + "…", stated, stated is null ? [] : ["It was read from the text that stands in place of a name."], stated is null ? "A text stands in place of a name, and states no licence that is known." : null);
        }

        var repairs = new List<string>();
        var parts = new List<LicenceExpression>();
        foreach (var licence in manifest.Licences)
        {
            var read = library.Expressions.Parse(licence, ExpressionMode.Lenient);
            if (!read.IsRead) return new DeclaredLicence(manifest.Path, joined, null, [], manifest.Licences.Count == 1 ? read.Error : $"{licence}: {read.Error}");
            repairs.AddRange(read.Repairs);
            parts.Add(read.Expression);
        }

        if (manifest.IsUnclear) repairs.Add("Several are named, and whether all hold or one may be chosen is not said: they were read as all.");
        return new DeclaredLicence(manifest.Path, joined, manifest.IsChoice ? LicenceExpression.Any(parts) : LicenceExpression.All(parts), [.. repairs.Distinct(StringComparer.Ordinal)], null);
    }

    private static DeclaredLicence FromFile(Manifest manifest, string named, List<ScannedFile> files)
    {
        var plain = named.StartsWith("./", StringComparison.Ordinal) ? named[2..] : named;
        var raw = manifest.Licences.Count == 1 ? manifest.Licences[0] : $"file: {named}";
        if (files.Find(f => f.Path == manifest.Folder + plain) is not { } file) return new DeclaredLicence(manifest.Path, raw, null, [], $"It points to the file '{named}', which is not there or could not be read.");
        return file.Found.Expression is { } expression
            ? new DeclaredLicence(manifest.Path, raw, expression, [$"It points to the file '{named}', whose text states this."], null)
            : new DeclaredLicence(manifest.Path, raw, null, [], $"It points to the file '{named}', which states no licence that is known.");
    }
}
