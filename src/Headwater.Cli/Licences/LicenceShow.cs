using System.CommandLine;
using System.Text.Json;
using Headwater.Cli.Lines;
using Headwater.Cli.Shell;
using Headwater.Core.Licences.Facts;

namespace Headwater.Cli.Licences;

/// <summary><c>headwater licence show</c>.</summary>
internal static class LicenceShow
{
    public static Command Create()
    {
        var id = new Argument<string>("id") { HelpName = "id", Description = "An identifier of SPDX or LicenseRef- of LicenseDB, in any case." };
        id.CompletionSources.Add(context => LicenceCommands.Library.Ids.Where(i => i.StartsWith(context.WordToComplete, StringComparison.OrdinalIgnoreCase)).Take(200).Select(i => new System.CommandLine.Completions.CompletionItem(i)));
        var text = new Option<bool>("--text") { Description = "Its text alone; with --json, beside the facts." };
        var json = new Option<bool>("--json") { Description = "One JSON document." };
        var command = new Command("show", "Says what is known of a licence or an exception, and whose data says so.") { id, text, json }.With("""
            headwater licence show mpl-2.0
            headwater licence show Apache-2.0 --text > LICENSE

            Exit code 0, 1 when there is no text to show, 2 when nobody lists it.
            """);
        command.SetAction(result => Run(result.GetValue(id)!, result.GetValue(text), result.GetValue(json)));
        return command;
    }

    private static int Run(string id, bool text, bool json)
    {
        var facts = LicenceCommands.Library.Find(id) ?? throw new CommandException($"Nobody lists '{id}'.{Near(id)}");
        var output = LineOutput.Open();
        if (json) output.Text(JsonSerializer.Serialize(new LicenceDocument(facts, text ? facts.Text : null, text ? facts.Header : null), LicenceJson.Readable.LicenceDocument));
        else if (!text) Write(facts, output);
        else if (facts.Text is { } whole) output.Text(whole.TrimEnd('\n'));
        else Terminal.Error($"Nobody has a text of {facts.Id}.");
        output.Flush();
        return text && facts.Text is null ? CommandLine.Found : CommandLine.Ok;
    }

    private static string Near(string id)
    {
        var near = LicenceCommands.Library.Ids.Where(i => i.Contains(id, StringComparison.OrdinalIgnoreCase)).Take(5).ToList();
        return near.Count == 0 ? "" : $" There are {string.Join(", ", near)}.";
    }

    private static void Write(LicenceFacts facts, LineOutput output)
    {
        output.Text($"{facts.Id}  {facts.Name}");
        Line("kind", facts.Kind == LicenceKind.Exception ? "exception, stands behind WITH" : "licence");
        Line("listed by", LicenceWords.Of(facts.ListedBy) + (facts.IsDeprecated ? facts.ReplacedBy is { } now ? $", deprecated: {now} today" : ", deprecated" : ""));
        Line("category", facts.Category == LicenceCategory.Unclassified ? "not classified" : $"{LicenceWords.Of(facts.Category)}, says {LicenceWords.Of(facts.CategorySource)}");
        if (facts.Flags.Count > 0) Line("flags", string.Join(", ", facts.Flags.Select(f => f.Source == facts.CategorySource ? f.Flag.ToString() : $"{f.Flag} (says {LicenceWords.Of(f.Source)})")));
        if (!facts.AreFlagsComplete) Line("", "nobody has looked for all flags");
        if (facts.ListedBy == LicenceSource.Spdx && facts.Kind == LicenceKind.Licence) Line("approved", $"{(facts.IsOsiApproved ? "by OSI" : "not by OSI")}, {(facts.IsFsfLibre ? "free after FSF" : "FSF does not call it free")}");
        if (facts.BlueOak is { } rating) Line("Blue Oak", rating);
        foreach (var (name, tags) in ((string, IReadOnlyList<string>)[])[("allows", facts.Permissions), ("asks for", facts.Conditions), ("excludes", facts.Limitations)])
            if (tags.Count > 0) Line(name, string.Join(", ", tags));
        if (facts.Owner is { } owner) Line("owner", owner);
        foreach (var address in facts.SeeAlso) Line("see", address);
        if (facts.Comment is { } comment) Line("remark", comment);
        Line("text", facts.Text is { } text ? $"{Terminal.Number(text.Length)} characters (--text)" : "none is known");

        void Line(string name, string value) => output.Text($"  {name,-10} {value}");
    }
}
