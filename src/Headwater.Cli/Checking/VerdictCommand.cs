using System.CommandLine;
using System.Globalization;
using Headwater.Cli.Licences;
using Headwater.Cli.Lines;
using Headwater.Cli.Policies;
using Headwater.Cli.Sboms;
using Headwater.Cli.Shell;
using Headwater.Core.Packages;
using Headwater.Core.Packages.Lockfiles;
using Headwater.Core.Policies;
using Headwater.Core.Policies.Facts;

namespace Headwater.Cli.Checking;

/// <summary><c>headwater verdict</c>.</summary>
internal static class VerdictCommand
{
    public static Command Create()
    {
        var purls = new Argument<string[]>("purl") { Arity = ArgumentArity.ZeroOrMore, Description = "Package URLs, such as pkg:npm/lodash@4.17.20; - for one a line on standard input." };
        var licence = new Option<string?>("--licence") { Description = "The licence, as an expression; not known when it is not said.", HelpName = "expression" };
        var lockfile = new Option<string?>("--lockfile") { Description = "A lockfile: each of its packages, before anything is installed (npm, Yarn, pnpm, pip, Poetry, uv, PDM, Pipenv, Cargo, Composer, Bundler, NuGet, Go, Gradle).", HelpName = "file" };
        var failOn = new Option<string>("--fail-on") { Description = "Exit with 1 at this verdict or a stricter one: deny, review, warn or none.", HelpName = "verdict", DefaultValueFactory = _ => "review" };
        failOn.AcceptOnlyFromAmong("deny", "review", "warn", "none");
        var json = new Option<bool>("--json") { Description = "One JSON object a package." };
        var command = new Command("verdict", "Can I use this? What a policy says of a package before it is taken, why, and the one step to take next.") { purls, lockfile, licence, failOn, json };
        var subject = new SubjectOptions(command);
        command.With("""
            headwater verdict pkg:npm/lodash@4.17.20 --licence MIT --pack product --context distributed
            headwater verdict pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1 --licence Apache-2.0 --pack bank --context hosted --exposure internet
            headwater verdict --lockfile package-lock.json --pack product --context distributed --own 'pkg:npm/@acme/*' --own-host npm.acme.example

            Exit code 0 when it may be used, 1 when it may not or somebody has to decide, 2 when it cannot be asked.
            What is not said is not known, and the policy says what that means. Of a lockfile, packages that are simply allowed are counted; with --json each is there.
            """);
        command.SetAction((result, cancellation) => Task.Run(() =>
        {
            var (limit, asJson) = (PolicyWords.Named(result.GetValue(failOn)), result.GetValue(json));
            if (result.GetValue(lockfile) is not { } file) return result.GetValue(purls) is { Length: > 0 } some ? Run(some, result.GetValue(licence), limit, asJson, subject.Of(result), cancellation) : throw new CommandException("Of what? Say a package URL, or --lockfile with a file.");
            if (result.GetValue(purls) is { Length: > 0 }) throw new CommandException("Package URLs and --lockfile do not go together.");
            return OfLockfile(file, result.GetValue(licence), limit, asJson, subject.Of(result), cancellation);
        }));
        return command;
    }

    private static int Run(string[] purls, string? licence, Verdict? failOn, bool json, SubjectRequest subject, CancellationToken cancellationToken)
    {
        var pack = PackFolder.Open(subject.Pack);
        using var data = AdvisoryData.Open(subject, pack);
        var checker = new Checker(pack, data.Facts(subject, []));
        var fact = licence is null ? LicenceFact.Unknown : licence is "NONE" ? LicenceFact.None : LicenceFact.Of(UseOptions.Read(licence), LicenceCommands.Library);
        var output = LineOutput.Open();
        var (fails, wrong) = (false, false);
        foreach (var text in purls is ["-"] ? Lines() : purls)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!PackageUrl.TryParse(text, out var purl, out var error))
            {
                wrong = true;
                if (json) output.Error($"'{text}': {error}");
                else Terminal.Error($"'{text}': {error}");
                output.Flush();
                continue;
            }

            var answer = checker.Answer(purl, fact);
            fails |= failOn is { } limit && answer.Judgement.Verdict >= limit;
            if (json) WriteJson(output, purl, answer);
            else WriteText(output, purl, answer);
            output.Flush();
        }

        return wrong ? CommandLine.Failed : fails ? CommandLine.Found : CommandLine.Ok;
    }

    private static int OfLockfile(string path, string? licence, Verdict? failOn, bool json, SubjectRequest subject, CancellationToken cancellationToken)
    {
        LockfileReading reading;
        using (var stream = SbomFiles.Open(path)) reading = LockfileReader.Read(path, stream);
        if (reading.Error is { } error) throw new CommandException($"'{path}'{(error.Line is { } line ? string.Create(CultureInfo.InvariantCulture, $", line {line}") : "")}: {error.Message}");
        foreach (var problem in reading.Problems.Take(20)) Terminal.Note($"{path}{(problem.Line is { } at ? string.Create(CultureInfo.InvariantCulture, $":{at}") : "")}: {problem.Message}");
        if (reading.Problems.Count > 20) Terminal.Note($"… and {Terminal.Number(reading.Problems.Count - 20)} more that could not be read.");
        var pack = PackFolder.Open(subject.Pack);
        using var data = AdvisoryData.Open(subject, pack);
        var checker = new Checker(pack, data.Facts(subject, []));
        var output = LineOutput.Open();
        var counts = new int[(int)Verdict.Deny + 1];
        var fallback = licence is null ? LicenceFact.Unknown : LicenceFact.Of(UseOptions.Read(licence), LicenceCommands.Library);
        foreach (var package in reading.Packages)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var answer = checker.Answer(package, package.Licence is { } said ? LicenceFact.Of(said, LicenceCommands.Library) : fallback);
            counts[(int)answer.Judgement.Verdict]++;
            if (json) WriteJson(output, package.Purl, answer);
            else if (answer.Judgement.Verdict > Verdict.Allow) WriteText(output, package.Purl, answer);
        }

        if (!json) output.Text($"{Terminal.Number(reading.Packages.Count)} packages: {Terminal.Number(counts[(int)Verdict.Deny])} denied, {Terminal.Number(counts[(int)Verdict.Review])} to review, {Terminal.Number(counts[(int)Verdict.Warn])} with a warning, {Terminal.Number(counts[(int)Verdict.Allow])} allowed.");
        output.Flush();
        return failOn is { } limit && counts.AsSpan((int)limit).IndexOfAnyExcept(0) >= 0 ? CommandLine.Found : reading.Problems.Count > 0 ? CommandLine.Found : CommandLine.Ok;
    }

    private static IEnumerable<string> Lines()
    {
        using var reader = new StreamReader(Terminal.OpenInput());
        while (reader.ReadLine() is { } line)
        {
            if (line.Trim() is { Length: > 0 } text) yield return text;
        }
    }

    private static void WriteText(LineOutput output, PackageUrl purl, VerdictAnswer answer)
    {
        output.Text(Terminal.Safe(purl.ToString()));
        JudgementText.Write(output, answer.Judgement);
        if (answer.Better is (var version, var verdict)) output.Text(Terminal.Safe($"  Nearest version that fares better: {version} ({PolicyWords.Of(verdict)})"));
        if (answer.Obligations is { Count: > 0 } lists)
        {
            var least = lists.MinBy(l => l.Obligations.Count)!;
            output.Text(Terminal.Safe(string.Create(CultureInfo.InvariantCulture, $"  Owed under {string.Join(" AND ", least.Licences)}: {least.Obligations.Count} {(least.Obligations.Count == 1 ? "duty" : "duties")} (headwater licence obligations '{string.Join(" AND ", least.Licences)}')")));
        }

        output.Text(Terminal.Safe($"  Next: {answer.Sentence}"));
    }

    private static void WriteJson(LineOutput output, PackageUrl purl, VerdictAnswer answer)
    {
        var json = output.Json();
        json.WriteStartObject();
        json.WriteString("purl"u8, purl.ToString());
        JudgementJson.Members(json, answer.Judgement);
        if (answer.Better is (var version, var verdict))
        {
            json.WriteStartObject("better"u8);
            json.WriteString("version"u8, version);
            json.WriteString("verdict"u8, PolicyWords.Of(verdict));
            json.WriteEndObject();
        }

        if (answer.Obligations is { } lists)
        {
            json.WriteStartArray("obligations"u8);
            foreach (var list in lists)
            {
                json.WriteStartObject();
                json.WriteStartArray("licences"u8);
                foreach (var one in list.Licences) json.WriteStringValue(one);
                json.WriteEndArray();
                json.WriteStartArray("duties"u8);
                foreach (var duty in list.Obligations)
                {
                    json.WriteStartObject();
                    json.WriteString("verb"u8, duty.Verb.ToString().ToLowerInvariant());
                    json.WriteString("what"u8, duty.What);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteBoolean("complete"u8, list.IsComplete);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteStartObject("next"u8);
        json.WriteString("step"u8, answer.Step switch { NextStep.Use => "use", NextStep.UseAndMind => "use_and_mind", NextStep.TakeVersion => "take_version", NextStep.Say => "say", NextStep.AskForReview => "ask_for_review", _ => "leave" });
        json.WriteString("sentence"u8, answer.Sentence);
        json.WriteEndObject();
        json.WriteEndObject();
        output.EndJson();
    }
}
