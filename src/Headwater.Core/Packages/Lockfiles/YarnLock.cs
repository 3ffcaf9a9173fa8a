using Headwater.Core.Trees;

namespace Headwater.Core.Packages.Lockfiles;

/// <summary><c>yarn.lock</c>: version 1 has a form of its own, Berry writes YAML.</summary>
internal static class YarnLock
{
    public static void Read(string text, LockfileEntries entries)
    {
        if (text.StartsWith("__metadata:", StringComparison.Ordinal) || text.Contains("\n__metadata:", StringComparison.Ordinal)) Berry(text, entries);
        else Classic(text, entries);
    }

    private static void Classic(string text, LockfileEntries entries)
    {
        var (number, start) = (0, 0);
        string? head = null, version = null, resolved = null, integrity = null;
        foreach (var raw in text.AsSpan().EnumerateLines())
        {
            number++;
            var line = raw.TrimEnd();
            if (line.TrimStart() is [] or ['#', ..]) continue;
            if (line[0] is not (' ' or '\t'))
            {
                Take();
                if (line[^1] != ':')
                {
                    entries.Problem(number, $"'{LockfileText.Shown(line)}' begins no entry: a colon is expected at its end.");
                    head = null;
                    continue;
                }

                (head, version, resolved, integrity, start) = (line[..^1].ToString(), null, null, null, number);
                continue;
            }

            // Further in stand the dependencies.
            if (line.Length < 3 || line[2] is ' ' or '\t') continue;
            var pair = line[2..];
            var blank = pair.IndexOf(' ');
            if (blank < 0) continue;
            var value = pair[(blank + 1)..].Trim().Trim('"').ToString();
            switch (pair[..blank].Trim('"'))
            {
                case "version": version = value; break;
                case "resolved": resolved = value; break;
                case "integrity": integrity = value; break;
            }
        }

        Take();

        void Take()
        {
            if (head is null) return;
            var first = head.Split(", ")[0].Trim('"');
            var (name, range) = LockfileText.AtSign(first) ?? (first, "");
            if (range.StartsWith("npm:", StringComparison.Ordinal)) name = LockfileText.AtSign(range[4..])?.Name ?? range[4..];
            if (range.StartsWith("file:", StringComparison.Ordinal) || range.StartsWith("link:", StringComparison.Ordinal)) return;
            entries.Add("npm", name, version, new LockedPackage(null!) { Resolved = resolved, Integrity = integrity, Line = start });
        }
    }

    private static void Berry(string text, LockfileEntries entries)
    {
        var root = YamlTree.Read(text).FirstOrDefault();
        var all = (root?.Members ?? []).Where(m => m.Key != "__metadata").ToList();
        var asked = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (_, entry) in all.Where(e => e.Value["resolution"]?.Text?.Contains("@workspace:", StringComparison.Ordinal) == true))
            foreach (var (name, range) in entry["dependencies"]?.Members ?? [])
                asked.Add($"{name}@{range.Text}");

        foreach (var (key, entry) in all)
        {
            if (entry["resolution"]?.Text is not { } resolution || LockfileText.AtSign(resolution) is not var (name, source))
            {
                entries.Problem(entry.Line, $"'{LockfileText.Shown(key)}' has no resolution and was left out.");
                continue;
            }

            if (Is("workspace:") || Is("portal:") || Is("link:") || Is("file:")) continue;
            // A range may be written with or without the protocol, by the version of the file.
            var isDirect = key.Split(", ").Any(d => asked.Contains(d) || (d.Contains("@npm:", StringComparison.Ordinal) && asked.Contains(d.Replace("@npm:", "@", StringComparison.Ordinal))));
            string? resolved = null;
            const string Archive = "::__archiveUrl=";
            if (Is("npm:"))
            {
                if (source.IndexOf(Archive, StringComparison.Ordinal) is var at and >= 0) resolved = Uri.UnescapeDataString(source[(at + Archive.Length)..].Split('&', ':')[0]);
            }
            else if (!Is("patch:")) resolved = source;
            entries.Add("npm", name, entry["version"]?.Text, new LockedPackage(null!) { IsDirect = isDirect, Resolved = resolved, Integrity = entry["checksum"]?.Text, Line = entry.Line });

            bool Is(string protocol) => source.StartsWith(protocol, StringComparison.Ordinal);
        }
    }
}
