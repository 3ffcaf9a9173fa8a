namespace Headwater.Core.Packages.Lockfiles;

/// <summary><c>Gemfile.lock</c>. The platform behind a version (<c>1.15.0-x86_64-linux</c>) is left out: it is one version of one gem.</summary>
internal static class GemfileLock
{
    public static void Read(string text, LockfileEntries entries)
    {
        var (direct, sums) = (new HashSet<string>(StringComparer.Ordinal), new Dictionary<string, string>(StringComparer.Ordinal));
        var gems = new List<(string Name, string Version, string? Remote, int Line)>();
        string section = "", remote = "";
        var (number, inSpecs, remotes) = (0, false, 0);
        foreach (var raw in text.AsSpan().EnumerateLines())
        {
            number++;
            var line = raw.TrimEnd();
            if (line.IsEmpty) continue;
            if (line[0] != ' ')
            {
                (section, remote, inSpecs, remotes) = (line.ToString(), "", false, 0);
                continue;
            }

            var rest = line.TrimStart();
            var indent = line.Length - rest.Length;
            if (section == "DEPENDENCIES" && indent == 2) direct.Add(Name(rest).TrimEnd('!'));
            else if (section == "CHECKSUMS" && indent == 2 && rest.LastIndexOf(") ") is var end and > 0) sums[rest[..(end + 1)].ToString()] = rest[(end + 2)..].ToString();
            else if (section is "GEM" or "GIT" or "PLUGIN SOURCE")
            {
                if (indent == 2 && rest.StartsWith("remote: ")) (remote, remotes) = (rest["remote: ".Length..].ToString(), remotes + 1);
                else if (indent == 2) inSpecs = rest.SequenceEqual("specs:");
                else if (indent == 4 && inSpecs)
                {
                    var open = rest.IndexOf(" (");
                    if (open < 0 || rest[^1] != ')') entries.Problem(number, $"'{LockfileText.Shown(rest)}' is no gem with its version in brackets.");
                    // Of several remotes under one head, any may have it.
                    else gems.Add((rest[..open].ToString(), rest[(open + 2)..^1].ToString(), remotes == 1 ? remote : null, number));
                }
            }
        }

        foreach (var (name, version, from, line) in gems)
        {
            var dash = version.IndexOf('-', StringComparison.Ordinal);
            entries.Add("gem", name, dash > 0 ? version[..dash] : version, new LockedPackage(null!)
            {
                IsDirect = direct.Contains(name),
                Resolved = from,
                Integrity = sums.GetValueOrDefault($"{name} ({version})"),
                Line = line,
            });
        }
    }

    private static string Name(ReadOnlySpan<char> text) => (text.IndexOf(' ') is var blank and > 0 ? text[..blank] : text).ToString();
}
