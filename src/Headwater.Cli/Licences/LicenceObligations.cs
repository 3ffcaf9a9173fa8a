using System.CommandLine;
using System.Text.Json;
using Headwater.Cli.Lines;
using Headwater.Cli.Shell;
using Headwater.Core.Licences.Expressions;
using Headwater.Core.Licences.Obligations;

namespace Headwater.Cli.Licences;

/// <summary><c>headwater licence obligations</c>.</summary>
internal static class LicenceObligations
{
    public static Command Create()
    {
        var expression = new Argument<string>("expression") { Description = "A licence expression." };
        var json = new Option<bool>("--json") { Description = "One JSON document." };
        var command = new Command("obligations", "Says what licences ask for, each duty once with the clauses behind it; one list for each way to choose.") { expression, json }.With("""
            headwater licence obligations 'MIT AND LGPL-2.1-only' --context distributed --modified false --linkage dynamic --delivery binary
            headwater licence obligations AGPL-3.0-only --context network --modified

            What is left out is not assumed: what depends on it stands under that condition. It is no legal advice.
            Exit code 0, or 1 when something is not known ("not known:"), 2 when the expression cannot be read.
            """);
        var use = new UseOptions(command);
        command.SetAction(result => Run(UseOptions.Read(result.GetValue(expression)!), use.Of(result), result.GetValue(json)));
        return command;
    }

    private static int Run(LicenceExpression expression, UseContext use, bool json)
    {
        var lists = LicenceCommands.Library.Obligations.For(expression, use) ?? throw new CommandException("There are too many ways to choose: ask for each of them.");
        var output = LineOutput.Open();
        if (json) output.Text(JsonSerializer.Serialize(new ObligationDocument(expression.ToString(), use, lists), LicenceJson.Readable.ObligationDocument));
        else for (var i = 0; i < lists.Count; i++) Write(lists[i], lists.Count > 1 ? $" (choice {i + 1} of {lists.Count})" : "", output);
        output.Flush();
        return lists.Any(l => !l.IsComplete) ? CommandLine.Found : CommandLine.Ok;
    }

    private static void Write(ObligationList list, string choice, LineOutput output)
    {
        output.Text($"{string.Join(" AND ", list.Licences)}{choice}");
        foreach (var (verb, heading) in ((ObligationVerb, string)[])[(ObligationVerb.Must, "You must"), (ObligationVerb.Choose, "You must, one of these"), (ObligationVerb.MustNot, "You must not")])
        {
            var some = list.Obligations.Where(o => o.Verb == verb).ToList();
            if (some.Count == 0) continue;
            output.Text($"  {heading}");
            foreach (var obligation in some)
            {
                Write(obligation, "    ", output);
                foreach (var source in obligation.Sources) output.Text($"        {Source(source)}");
            }
        }

        if (list.Obligations.Count == 0) output.Text("  Nothing is asked for in this context, as far as is known.");
        foreach (var remark in list.Remarks) output.Text($"  {(remark.IsGap ? "not known: " : "")}{remark.Text}");
    }

    private static void Write(Obligation obligation, string indent, LineOutput output)
    {
        var conditions = obligation.Conditions.Count == 0 ? "" : $"{string.Join(", ", obligation.Conditions)}: ";
        if (obligation.Verb != ObligationVerb.Choose)
        {
            output.Text($"{indent}{conditions}{obligation.What}{(obligation.Attributes.Count == 0 ? "" : $" ({string.Join("; ", obligation.Attributes)})")}");
            return;
        }

        if (conditions.Length > 0) output.Text($"{indent}{conditions}");
        for (var i = 0; i < obligation.Ways.Count; i++)
        {
            var way = obligation.Ways[i];
            output.Text($"{indent}{(char)('a' + i)}){(way.Condition is null ? "" : $" {way.Condition}")}{(way.Attributes.Count == 0 ? "" : $" ({string.Join("; ", way.Attributes)})")}");
            foreach (var below in way.Obligations) Write(below.Verb == ObligationVerb.MustNot ? below with { What = "Not " + below.What } : below, indent + "   ", output);
        }
    }

    private static string Source(ObligationSource source) => source.Origin switch
    {
        ObligationOrigin.Checklist => $"{source.Licence}: {source.Clause} (OSADL's checklist, line {source.Line}; {source.Applies})",
        ObligationOrigin.Handbook => $"{source.Licence}: {source.Clause} (OSLC handbook; {source.Applies}){(source.Note is null ? "" : $" {source.Note}")}",
        _ => $"{source.Licence}: by its classification ({source.Clause}){(source.Note is null ? "" : $" {source.Note}")}",
    };
}
