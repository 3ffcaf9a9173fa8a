using System.Text.Json;
using Headwater.Core.Licences.Expressions;
using Shouldly;
using Xunit;

namespace Headwater.Core.Tests.Licences;

/// <summary>Identification on whole sets of real texts. The bounds are what was reached; they only go up.</summary>
public sealed class LicenceSetTests
{
    [Theory]
    [InlineData("spdx-texts", 97, 98)]
    [InlineData("licenseclassifier", 80, 84)]
    [InlineData("scancode", 94, 96)]
    [InlineData("npm", 95, 98)]
    [InlineData("debian", 89, 96)]
    [InlineData("licensee", 100, 100)]
    [InlineData("askalono", 100, 100)]
    [InlineData("nuget", 100, 100)]
    public void Identify_WholeSet_FindsAtLeast(string set, double exact, double all)
    {
        var folder = TestPaths.Data("licences/sets/" + set);
        if (!Directory.Exists(folder)) folder = TestPaths.Shared("licences/tests/" + set);
        var (files, right, found) = (0, 0, 0);
        foreach (var line in File.ReadLines(Path.Combine(folder, "expected.jsonl")))
        {
            using var json = JsonDocument.Parse(line);
            var it = json.RootElement;
            var expected = it.GetProperty("expression").GetString()!;
            if (expected == "NONE") continue;
            var family = it.TryGetProperty("family", out var f) && f.GetBoolean();
            var text = LibrarySource.Library.Identify(File.ReadAllText(Path.Combine(folder, it.GetProperty("file").GetString()!)));
            HashSet<string> ids = [.. Ids(text.Expression), .. text.LoneExceptions];
            var wanted = LibrarySource.Library.Expressions.Names.Exception(expected) is { } exception ? [exception] : Ids(LibrarySource.Library.Expressions.Parse(expected, ExpressionMode.Lenient).Expression);
            files++;
            if (family ? Families(ids).SetEquals(Families(wanted)) : ids.SetEquals(wanted)) right++;
            if (Families(ids).IsSupersetOf(Families(wanted))) found++;
        }

        (100.0 * right / files).ShouldBeGreaterThanOrEqualTo(exact, $"{right} of {files} are exact");
        (100.0 * found / files).ShouldBeGreaterThanOrEqualTo(all, $"in {found} of {files} everything was found");
    }

    private static HashSet<string> Ids(LicenceExpression? expression) => expression is null ? [] : [.. expression.Terms.Select(t => t.Simple), .. expression.Exceptions];

    private static HashSet<string> Families(IEnumerable<string> ids) => [.. ids.Select(id => id.Replace("-only", "", StringComparison.Ordinal).Replace("-or-later", "", StringComparison.Ordinal).TrimEnd('+'))];
}
