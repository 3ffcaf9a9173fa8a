using System.CommandLine;
using Headwater.Cli.Lines;
using Headwater.Cli.Scanning;
using Headwater.Cli.Shell;
using Headwater.Core.Advisories;
using Headwater.Core.Packages;

namespace Headwater.Cli.Advisories;

/// <summary><c>headwater advisories build|match</c>.</summary>
internal static class AdvisoryCommands
{
    public static Command Create() => new("advisories", "The advisory index: OSV records as one file that is read without a parse.") { AdvisoryBuild.Create(), Match() };

    private static Command Match()
    {
        var purls = new Argument<string[]>("purl") { Arity = ArgumentArity.ZeroOrMore, Description = "Instead of lines of standard input." };
        var db = new Option<string?>("--db") { Description = "Advisory index; else $HEADWATER_ADVISORIES, ./data/advisories.hwx, or the one beside the program.", HelpName = "file" };
        var group = new Option<bool>("--group") { Description = "Merge the records that are aliases of each other; one identifier for each vulnerability." };
        var command = new Command("match", "Looks package URLs up: the records that affect each, and those of which it cannot be told.") { purls, db, group }.With("""
            headwater advisories match pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1
            headwater advisories match --db advisories.hwx --group < purls.txt

            Withdrawn records are left out; identifiers are sorted.
            Exit code 0 when the input was read to its end, whatever the answers; with arguments, 1 when one of them is no package URL.
            """);
        command.SetAction(result =>
        {
            using var index = AdvisoryFiles.Open(AdvisoryFiles.Find(result.GetValue(db)));
            Action<string, LineOutput> answer = result.GetValue(group) ? new Lookup(index).Grouped : new Lookup(index).Single;
            return result.GetValue(purls) is { Length: > 0 } given ? LineCommand.Each(given, answer) : LineCommand.Stream(answer);
        });
        return command;
    }

    private sealed class Lookup(AdvisoryIndex index)
    {
        private readonly List<AdvisoryMatch> _matches = [];
        private readonly SortedSet<string> _affected = new(StringComparer.Ordinal);
        private readonly SortedSet<string> _unknown = new(StringComparer.Ordinal);

        public void Single(string line, LineOutput output)
        {
            if (!PackageUrl.TryParse(line, out var purl, out var error))
            {
                output.Error(error!);
                return;
            }

            _matches.Clear();
            index.Match(purl!, _matches);
            foreach (var match in _matches) (match.Verdict == MatchVerdict.Affected ? _affected : _unknown).Add(index.Summary(match.Record).Id);
            Answer(line, output);
        }

        public void Grouped(string line, LineOutput output)
        {
            if (!PackageUrl.TryParse(line, out var purl, out var error))
            {
                output.Error(error!);
                return;
            }

            foreach (var finding in FindingSet.For(index, ExploitSignals.Empty, purl!, out _)) (finding.Verdict == MatchVerdict.Affected ? _affected : _unknown).Add(finding.Id);
            Answer(line, output);
        }

        private void Answer(string line, LineOutput output)
        {
            var json = output.Json();
            json.WriteStartObject();
            json.WriteString("purl"u8, line);
            json.WriteStartArray("ids"u8);
            foreach (var id in _affected) json.WriteStringValue(id);
            json.WriteEndArray();
            json.WriteStartArray("unknown"u8);
            foreach (var id in _unknown)
            {
                if (!_affected.Contains(id)) json.WriteStringValue(id);
            }

            json.WriteEndArray();
            json.WriteEndObject();
            output.EndJson();
            _affected.Clear();
            _unknown.Clear();
        }
    }
}
