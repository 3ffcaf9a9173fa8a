using System.Globalization;
using Headwater.Core.Licences.Reuse;

namespace Headwater.Cli.Licences.Reuse;

/// <summary>A report for people, and one for tools that read lines.</summary>
internal static class ReuseText
{
    public static IEnumerable<string> Report(ReuseReport report)
    {
        foreach (var line in ByName("BAD LICENSES", "neither on the SPDX list nor a LicenseRef-", report.BadLicences)) yield return line;
        foreach (var line in Listed("DEPRECATED LICENSES", "SPDX says to use another identifier", report.DeprecatedLicences)) yield return line;
        foreach (var line in Listed("LICENSES WITHOUT FILE EXTENSION", "add .txt to the file's name", report.LicencesWithoutExtension.Values)) yield return line;
        foreach (var line in ByName("MISSING LICENSES", "put the text into LICENSES/", report.MissingLicences)) yield return line;
        foreach (var line in Listed("UNUSED LICENSES", "no file is under it", report.UnusedLicences)) yield return line;
        foreach (var line in Listed("READ ERRORS", "could not be read", report.ReadErrors.Select(e => $"{e.Path}: {e.Message}"))) yield return line;
        foreach (var line in ByName("INVALID SPDX LICENSE EXPRESSIONS", "no licence expression", report.InvalidExpressions)) yield return line;
        var both = report.WithoutCopyright.Intersect(report.WithoutLicence, StringComparer.Ordinal).ToHashSet(StringComparer.Ordinal);
        foreach (var line in Listed("MISSING COPYRIGHT AND LICENSING INFORMATION", "neither", both)) yield return line;
        foreach (var line in Listed("MISSING COPYRIGHT INFORMATION", "a licence, and no copyright notice", report.WithoutCopyright.Where(f => !both.Contains(f)))) yield return line;
        foreach (var line in Listed("MISSING LICENSING INFORMATION", "a copyright notice, and no licence", report.WithoutLicence.Where(f => !both.Contains(f)))) yield return line;
        foreach (var line in Listed("REMARKS", "these decide nothing", report.Remarks.Select(r => $"{r.Path}: {r.Message}"))) yield return line;

        yield return "# SUMMARY";
        yield return "";
        yield return Named("Bad licenses", report.BadLicences.Keys);
        yield return Named("Deprecated licenses", report.DeprecatedLicences);
        yield return Named("Licenses without file extension", report.LicencesWithoutExtension.Keys);
        yield return Named("Missing licenses", report.MissingLicences.Keys);
        yield return Named("Unused licenses", report.UnusedLicences);
        yield return Named("Used licenses", report.UsedLicences);
        yield return Counted("Read errors", report.ReadErrors.Count);
        yield return Counted("Invalid SPDX License Expressions", report.InvalidExpressions.Values.Sum(v => v.Count));
        yield return Share("Files with copyright information", report.Files.Count - report.WithoutCopyright.Count, report.Files.Count);
        yield return Share("Files with license information", report.Files.Count - report.WithoutLicence.Count, report.Files.Count);
        yield return "";
        yield return report.IsConformant ? $"The project keeps to version {ReuseReport.Specification} of the REUSE Specification." : $"The project does not keep to version {ReuseReport.Specification} of the REUSE Specification.";
        if (report.IsConformant) yield break;
        yield return "";
        yield return "# RECOMMENDATIONS";
        yield return "";
        foreach (var advice in Advice(report)) yield return $"* {advice}";
    }

    public static IEnumerable<string> Lines(ReuseReport report)
    {
        foreach (var (id, paths) in report.BadLicences)
            foreach (var path in paths) yield return $"{path}: bad license {id}";
        foreach (var id in report.DeprecatedLicences) yield return $"{report.LicenceTexts[id]}: deprecated license {id}";
        foreach (var path in report.LicencesWithoutExtension.Values) yield return $"{path}: license without file extension";
        foreach (var (id, paths) in report.MissingLicences)
            foreach (var path in paths) yield return $"{path}: missing license {id}";
        foreach (var id in report.UnusedLicences) yield return $"{report.LicenceTexts[id]}: unused license {id}";
        foreach (var error in report.ReadErrors) yield return $"{error.Path}: read error: {error.Message}";
        foreach (var (path, expressions) in report.InvalidExpressions)
            foreach (var expression in expressions) yield return $"{path}: invalid SPDX License Expression '{expression}'";
        foreach (var path in report.WithoutCopyright) yield return $"{path}: no copyright notice";
        foreach (var path in report.WithoutLicence) yield return $"{path}: no license identifier";
    }

    /// <summary>What to do about each kind of finding.</summary>
    public static IEnumerable<string> Advice(ReuseReport report)
    {
        if (report.BadLicences.Count > 0) yield return "Bad licenses: write the identifier as the SPDX list does; for a licence that is not on it, take one that begins with 'LicenseRef-' and put its text into LICENSES/.";
        if (report.DeprecatedLicences.Count > 0) yield return "Deprecated licenses: take the identifier that is current (GPL-2.0-only or GPL-2.0-or-later in place of GPL-2.0), in the files and for the name of the text.";
        if (report.LicencesWithoutExtension.Count > 0) yield return "Licenses without file extension: rename the texts, for example to LICENSES/MIT.txt.";
        if (report.MissingLicences.Count > 0) yield return "Missing licenses: put the text of each into LICENSES/, in a file that is named by its identifier.";
        if (report.UnusedLicences.Count > 0) yield return "Unused licenses: delete the texts, or say in the files that are under them that they are.";
        if (report.ReadErrors.Count > 0) yield return "Read errors: see that you may read these files.";
        if (report.InvalidExpressions.Count > 0) yield return "Invalid expressions: identifiers are joined by AND, OR and WITH, with parentheses where these mix. What only talks of licences stands between REUSE-IgnoreStart and REUSE-IgnoreEnd.";
        if (report.WithoutCopyright.Count > 0 || report.WithoutLicence.Count > 0)
            yield return "Missing copyright or licensing information: put 'SPDX-FileCopyrightText: YEAR NAME' and 'SPDX-License-Identifier: ID' into a comment at the top of each file, into a file of its name with .license behind it, or into REUSE.toml for many files at once.";
    }

    private static IEnumerable<string> ByName(string title, string what, IReadOnlyDictionary<string, IReadOnlyList<string>> all)
    {
        if (all.Count == 0) yield break;
        yield return $"# {title} ({what})";
        yield return "";
        foreach (var (name, places) in all.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            yield return $"{name}:";
            foreach (var place in places) yield return $"* {place}";
            yield return "";
        }
    }

    private static IEnumerable<string> Listed(string title, string what, IEnumerable<string> all)
    {
        var any = false;
        foreach (var item in all)
        {
            if (!any)
            {
                yield return $"# {title} ({what})";
                yield return "";
            }

            any = true;
            yield return $"* {item}";
        }

        if (any) yield return "";
    }

    private static string Named(string what, IEnumerable<string> names) => string.Join(", ", names.Order(StringComparer.Ordinal)) is { Length: > 0 } all ? $"* {what}: {all}" : $"* {what}: 0";

    private static string Counted(string what, int count) => string.Create(CultureInfo.InvariantCulture, $"* {what}: {count}");

    private static string Share(string what, int count, int of) => string.Create(CultureInfo.InvariantCulture, $"* {what}: {count} / {of}");
}
