namespace Headwater.Core.Packages.Lockfiles;

/// <summary>Collects what a lockfile says: makes package URLs, merges what is there twice, and keeps within bounds.</summary>
internal sealed class LockfileEntries
{
    private const int MostProblems = 1000;

    private readonly Dictionary<(string Purl, string? Resolved), LockedPackage> _packages = [];
    private readonly List<LockfileProblem> _problems = [];
    private int _count;

    /// <summary>Takes a package over; a name that cannot be one is noted as a problem.</summary>
    /// <param name="type">The type of package URL.</param>
    /// <param name="name">The whole name: with scope, vendor, group (before a slash) or path.</param>
    /// <param name="version">The version; without one it is a problem.</param>
    /// <param name="about">What else is known; its package URL is not looked at.</param>
    public void Add(string type, string? name, string? version, LockedPackage about)
    {
        if (++_count > LockfileReader.MostPackages) throw new FormatException($"There are more than {LockfileReader.MostPackages} packages.");
        if (string.IsNullOrWhiteSpace(name))
        {
            Problem(about.Line, "An entry has no name and was left out.");
            return;
        }

        if (string.IsNullOrWhiteSpace(version))
        {
            Problem(about.Line, $"'{LockfileText.Shown(name)}' has no version and was left out.");
            return;
        }

        if (type == "pypi") name = LockfileText.Python(name);
        var slash = name.LastIndexOf('/');
        if (!PackageUrl.TryBuild(type, slash > 0 ? name[..slash] : null, name[(slash + 1)..], version, null, null, out var purl, out var error))
        {
            Problem(about.Line, $"'{LockfileText.Shown(name)}' was left out: {error}");
            return;
        }

        var package = about with
        {
            Purl = purl,
            Resolved = LockfileText.WithoutCredentials(about.Resolved),
            Licence = Filled(about.Licence),
            Integrity = Filled(about.Integrity),
        };
        var key = (purl.ToString(), package.Resolved);
        _packages[key] = _packages.TryGetValue(key, out var there) ? Merge(there, package) : package;
    }

    public void Problem(int? line, string message)
    {
        if (_problems.Count < MostProblems) _problems.Add(new LockfileProblem(line, message));
        else if (_problems.Count == MostProblems) _problems.Add(new LockfileProblem(null, $"There are more problems than these {MostProblems}."));
    }

    public LockfileReading Finish(LockfileKind kind)
    {
        var packages = new List<LockedPackage>(_packages.Count);
        foreach (var same in _packages.Values.GroupBy(p => p.Purl.ToString(), StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            // Who does not say where it comes from is one with who does.
            var (placed, placeless) = (same.Where(p => p.Resolved is not null).OrderBy(p => p.Resolved, StringComparer.Ordinal).ToList(), same.FirstOrDefault(p => p.Resolved is null));
            if (placeless is not null) packages.Add(placed.Count == 0 ? placeless : Merge(placed[0], placeless));
            packages.AddRange(placeless is null ? placed : placed.Skip(1));
        }

        return new LockfileReading(kind, packages, _problems, null);
    }

    private static LockedPackage Merge(LockedPackage a, LockedPackage b) => a with
    {
        Licence = a.Licence ?? b.Licence,
        HasInstallScript = Either(a.HasInstallScript, b.HasInstallScript),
        IsDev = a.IsDev && b.IsDev,
        IsDirect = Either(a.IsDirect, b.IsDirect),
        Integrity = a.Integrity ?? b.Integrity,
        Line = a.Line ?? b.Line,
    };

    private static bool? Either(bool? a, bool? b) => a == true || b == true ? true : a ?? b;

    private static string? Filled(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
