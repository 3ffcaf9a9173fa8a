using System.CommandLine;
using Headwater.Core.Versions;

namespace Headwater.Cli.Lines;

/// <summary><c>headwater vers check|contains|from-native</c>.</summary>
internal static class VersCommands
{
    public static Command Create() => new("vers", "Version ranges in the vers notation.")
    {
        LineCommand.Create("check", "Checks ranges: the canonical form, or what is wrong.", "vers", """
            headwater vers check 'vers:npm/>=1.2.3|<2.0.0'
            """, Check),
        LineCommand.Create("contains", "Says whether a range contains a version: true or false.", "vers version", 2, """
            headwater vers contains 'vers:pypi/>=1.0|<2.0' 1.5
            printf 'vers:npm/<2.0.0\t1.9.0\n' | headwater vers contains
            """, Contains),
        LineCommand.Create("from-native", "Turns an ecosystem's own range into vers.", "scheme range", 2, """
            headwater vers from-native npm '^1.2.3 || 2.x'
            printf 'gem\t~> 2.3.4\n' | headwater vers from-native
            """, FromNative),
    };

    private static void Check(string line, LineOutput output)
    {
        if (VersRange.TryParse(line, out var range, out var error)) output.Text(range!.ToString());
        else output.Error(error!);
    }

    private static void Contains(string line, LineOutput output)
    {
        if (!Split(line, out var vers, out var version)) output.Error("Two fields with a tab between them are expected: vers, version.");
        // The order of the constraints does not change what is inside, so ranges as producers write them are taken here; check is strict.
        else if (!VersRange.TryNormalize(vers, out var range, out var error)) output.Error(error);
        else if (range!.Contains(version) is { } contained) output.Text(contained ? "true" : "false");
        else output.Error($"The version '{version}' has no place in the order of the range's scheme.");
    }

    private static void FromNative(string line, LineOutput output)
    {
        if (!Split(line, out var scheme, out var native)) output.Error("Two fields with a tab between them are expected: scheme, range.");
        else if (VersRange.TryFromNative(scheme, native, out var range, out var error)) output.Text(range!.ToString());
        else output.Error(error!);
    }

    private static bool Split(string line, out string first, out string second)
    {
        var tab = line.IndexOf('\t', StringComparison.Ordinal);
        first = tab < 0 ? line : line[..tab];
        second = tab < 0 ? string.Empty : line[(tab + 1)..];
        return tab >= 0;
    }
}
