using System.CommandLine;
using Headwater.Core.Versions;

namespace Headwater.Cli.Lines;

/// <summary><c>headwater version compare</c>.</summary>
internal static class VersionCommands
{
    public static Command Create() => new("version", "Versions, in the order of their ecosystem.")
    {
        LineCommand.Create("compare", "Compares two versions: <, =, > or ? when one of them has no place in the order (or the ecosystem is unknown).",
            "ecosystem A B", 3, """
            headwater version compare PyPI 1.0rc1 1.0
            printf 'npm\t1.2.3\t1.10.0\nMaven\t1.0\t1.0-SNAPSHOT\n' | headwater version compare

            Ecosystems are named as in OSV (npm, PyPI, Debian:12, …), schemes as in vers (deb, rpm, gem, …).
            """, Compare, (_, output) => Unknown(output)),
    };

    private static void Compare(string line, LineOutput output)
    {
        var first = line.IndexOf('\t', StringComparison.Ordinal);
        var second = first < 0 ? -1 : line.IndexOf('\t', first + 1);
        if (second < 0 || line.IndexOf('\t', second + 1) >= 0 || VersionSchemes.ForName(line.AsSpan(0, first)) is not { } scheme
            || scheme.Compare(line.AsSpan(first + 1, second - first - 1), line.AsSpan(second + 1)) is not { } order)
        {
            Unknown(output);
            return;
        }

        output.Text(order < 0 ? "<" : order > 0 ? ">" : "=");
    }

    private static void Unknown(LineOutput output)
    {
        output.CountError();
        output.Text("?");
    }
}
