using Headwater.Core.Licences.Identification;
using Headwater.Core.Licences.Packages;

namespace Headwater.Core.Licences.Notices;

/// <summary>Takes from scanned packages what a notice needs: what they declare, what their files state, and the texts and NOTICE files that lie in them.</summary>
public static class PackageNotice
{
    /// <summary>The packages of a scan. What was scanned itself is the product where packages lie in it, and is then none of them.</summary>
    /// <param name="scan">What was found.</param>
    public static IReadOnlyList<NoticeComponent> Components(PackageScan scan)
    {
        ArgumentNullException.ThrowIfNull(scan);
        return [.. (scan.Packages.Count > 1 ? scan.Packages.Skip(1) : scan.Packages).Select(Component)];
    }

    private static NoticeComponent Component(ScannedPackage package)
    {
        var made = new NoticeComponent
        {
            Name = package.Purl is { } purl ? purl.Namespace is null ? purl.Name : $"{purl.Namespace}{(purl.Type == "maven" ? ':' : '/')}{purl.Name}" : package.Path, Version = package.Purl?.Version, Purl = package.Purl?.ToString(),
        };
        if (package.Declared is { } declared) made.Statements.Add(new NoticeStatement(NoticeOrigin.Declared, declared.Expression?.ToString() ?? declared.Raw));
        if (package.Found is { } found) made.Statements.Add(new NoticeStatement(NoticeOrigin.Found, found.ToString()));
        foreach (var file in package.Files)
        {
            var name = file.Path.StartsWith(package.Path + "/", StringComparison.Ordinal) ? file.Path[(package.Path.Length + 1)..] : file.Path;
            switch (file.Role)
            {
                case FileRole.Notice when file.Text is not null:
                    made.Notices.Add(new NoticeText(name, file.Text, []));
                    break;
                case FileRole.Licence or FileRole.Copyright when file.Text is not null:
                    made.Texts.Add(new NoticeText(name, file.Text, file.Found.Expression is { } stated ? [.. stated.Licences, .. stated.Exceptions] : [])
                    {
                        // A list of copyrights has the licences of much that is not in the package.
                        Stated = file.Role == FileRole.Copyright ? StatedLicence.Nothing : StatedLicence.Of(file.Text, file.Found),
                    });
                    break;
                case FileRole.Licence or FileRole.Notice:
                    made.Unread.Add($"{name} could not be read. {file.Remark}".TrimEnd());
                    break;
                default:
                    foreach (var copyright in file.Found.Copyrights)
                        if (!made.Copyrights.Contains(copyright)) made.Copyrights.Add(copyright);
                    break;
            }
        }

        return made;
    }
}
