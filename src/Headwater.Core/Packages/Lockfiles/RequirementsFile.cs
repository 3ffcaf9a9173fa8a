using System.Text;

namespace Headwater.Core.Packages.Lockfiles;

/// <summary>
/// <c>requirements.txt</c> as pip reads it: continued lines, comments, options, markers and hashes. What is not pinned to one version is a problem, not a package.
/// </summary>
internal static class RequirementsFile
{
    public static void Read(string text, LockfileEntries entries)
    {
        var requirements = Lines(text).ToList();
        // The file's only index is where everything comes from; with a second one, pip takes whichever has the better version.
        var indexes = requirements.Select(r => Option(r.Text, "--index-url", "-i")).OfType<string>().ToList();
        var isOneIndex = indexes.Count == 1 && !requirements.Exists(r => Option(r.Text, "--extra-index-url", null) is not null || Option(r.Text, "--find-links", "-f") is not null);
        foreach (var (line, requirement, via) in requirements)
        {
            if (requirement[0] == '-') OnOption(requirement, line, entries);
            else Requirement(requirement, line, via, isOneIndex ? indexes[0] : null, entries);
        }
    }

    private static void OnOption(string option, int line, LockfileEntries entries)
    {
        if (Option(option, "--requirement", "-r") is { } other) entries.Problem(line, $"What '{LockfileText.Shown(other)}' asks for is not read; give that file too.");
        else if (Option(option, "--editable", "-e") is { } editable) entries.Problem(line, $"'{LockfileText.Shown(editable)}' is installed from where it lies, and is not pinned.");
    }

    private static void Requirement(string requirement, int line, bool? isDirect, string? index, LockfileEntries entries)
    {
        var hashes = new StringBuilder();
        var end = requirement.IndexOf(" --", StringComparison.Ordinal);
        if (end >= 0)
        {
            foreach (var word in requirement[end..].Split(' ', StringSplitOptions.RemoveEmptyEntries))
                if (word.StartsWith("--hash=", StringComparison.Ordinal)) hashes.Append(hashes.Length > 0 ? " " : "").Append(word.AsSpan("--hash=".Length));
            requirement = requirement[..end];
        }

        var about = new LockedPackage(null!) { IsDirect = isDirect, Resolved = index, Integrity = hashes.ToString(), Line = line };
        var length = 0;
        while (length < requirement.Length && (char.IsAsciiLetterOrDigit(requirement[length]) || requirement[length] is '-' or '_' or '.')) length++;
        var (name, rest) = (requirement[..length], requirement[length..].TrimStart());
        if (rest.StartsWith('[') && rest.IndexOf(']', StringComparison.Ordinal) is var close and > 0) rest = rest[(close + 1)..].TrimStart();
        if (name.Length == 0 || requirement.Contains("://", StringComparison.Ordinal) && !rest.StartsWith('@'))
        {
            entries.Problem(line, $"'{LockfileText.Shown(requirement)}' is an address or a folder, and is not pinned.");
            return;
        }

        if (rest.StartsWith('@'))
        {
            var address = rest[1..].Trim().Split(" ;")[0].Trim();
            if (WheelVersion(address) is { } version) entries.Add("pypi", name, version, about with { Resolved = address });
            else entries.Problem(line, $"'{LockfileText.Shown(name)}' comes from an address that names no version, and is not pinned.");
            return;
        }

        var marker = rest.IndexOf(';', StringComparison.Ordinal);
        if (marker >= 0) rest = rest[..marker];
        foreach (var clause in rest.Trim().Trim('(', ')').Split(',', StringSplitOptions.TrimEntries))
        {
            var version = clause.StartsWith("===", StringComparison.Ordinal) ? clause[3..].Trim() : clause.StartsWith("==", StringComparison.Ordinal) ? clause[2..].Trim() : "";
            if (version.Length == 0 || version.Contains('*', StringComparison.Ordinal) || version.Contains(' ', StringComparison.Ordinal)) continue;
            entries.Add("pypi", name, version, about);
            return;
        }

        entries.Problem(line, $"'{LockfileText.Shown(name)}' is not pinned: write {LockfileText.Shown(name)}==VERSION.");
    }

    /// <summary>The version in the name of a wheel's file, which has five or six parts.</summary>
    private static string? WheelVersion(string address)
    {
        var path = address.Split('#', '?')[0];
        var file = path[(path.LastIndexOf('/') + 1)..];
        return file.EndsWith(".whl", StringComparison.OrdinalIgnoreCase) && file.Split('-') is { Length: 5 or 6 } parts ? Uri.UnescapeDataString(parts[1]) : null;
    }

    /// <summary>The value of an option when the line is that option.</summary>
    private static string? Option(string line, string name, string? letter)
    {
        foreach (var option in (ReadOnlySpan<string?>)[name, letter])
        {
            if (option is null || !line.StartsWith(option, StringComparison.Ordinal) || line.Length == option.Length) continue;
            if (line[option.Length] is ' ' or '=' or '\t') return line[(option.Length + 1)..].Trim().Trim('"', '\'');
        }

        return null;
    }

    /// <summary>Lines put together that a backslash continues, without comments; and what the comments below them say of who asked (<c># via -r requirements.in</c>).</summary>
    private static IEnumerable<(int Line, string Text, bool? Via)> Lines(string text)
    {
        var (number, start, held, via) = (0, 0, new StringBuilder(), (bool?)null);
        (int, string)? open = null;
        foreach (var raw in text.EnumerateLinesAsText())
        {
            number++;
            var line = raw;
            if (Comment(line) is var comment and >= 0)
            {
                var said = line[(comment + 1)..].Trim();
                line = line[..comment];
                if (held.Length == 0 && line.Trim().Length == 0)
                {
                    // Remarks behind a requirement are about that one, as pip-compile and uv write them.
                    if (open is not null && (said.StartsWith("via", StringComparison.Ordinal) || via is not null)) via = via == true || IsAsker(said);
                    continue;
                }

                if (said.StartsWith("via ", StringComparison.Ordinal))
                {
                    if (open is { } before) yield return (before.Item1, before.Item2, via);
                    open = null;
                    held.Append(line);
                    if (held.ToString().Trim() is { Length: > 0 } whole) open = (start == 0 ? number : start, whole);
                    (start, via) = (0, IsAsker(said));
                    held.Clear();
                    continue;
                }
            }

            if (start == 0) start = number;
            if (line.EndsWith('\\'))
            {
                held.Append(line.AsSpan(0, line.Length - 1)).Append(' ');
                continue;
            }

            held.Append(line);
            var done = held.ToString().Trim();
            held.Clear();
            if (done.Length > 0)
            {
                if (open is { } before) yield return (before.Item1, before.Item2, via);
                (open, via) = ((start, done), null);
            }

            start = 0;
        }

        if (open is { } last) yield return (last.Item1, last.Item2, via);
        if (held.ToString().Trim() is { Length: > 0 } rest) yield return (start, rest, null);
    }

    private static bool IsAsker(string said) => said.Contains("-r ", StringComparison.Ordinal) || said.EndsWith(".toml)", StringComparison.Ordinal) || said.EndsWith("(setup.py)", StringComparison.Ordinal) || said.EndsWith("(setup.cfg)", StringComparison.Ordinal);

    /// <summary>Where a comment begins: at a hash at the beginning or behind a blank; -1 for nowhere.</summary>
    private static int Comment(string line)
    {
        for (var i = line.IndexOf('#', StringComparison.Ordinal); i >= 0; i = line.IndexOf('#', i + 1))
            if (i == 0 || char.IsWhiteSpace(line[i - 1])) return i;
        return -1;
    }

    private static IEnumerable<string> EnumerateLinesAsText(this string text)
    {
        using var reader = new StringReader(text.TrimStart('\uFEFF'));
        while (reader.ReadLine() is { } line) yield return line.TrimEnd();
    }
}
