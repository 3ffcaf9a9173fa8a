using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json;
using Headwater.Cli.Lines;
using Headwater.Cli.Shell;
using Headwater.Core.Licences;
using Headwater.Core.Licences.Expressions;

namespace Headwater.Cli.Licences;

/// <summary><c>headwater licence …</c>.</summary>
internal static class LicenceCommands
{
    private static readonly Lazy<LicenceLibrary> s_library = new(() => LicenceLibrary.Open(Path.Combine(AppContext.BaseDirectory, "licences.hwl")));

    public static LicenceLibrary Library => s_library.Value;

    public static Command Create() => new("licence", "Licence expressions, which licences texts state, what licences ask for, and which go together.")
    {
        Parse(),
        LicenceIdentify.Create(),
        LicenceScan.Create(),
        LicenceShow.Create(),
        LicenceObligations.Create(),
        LicenceCompat.Create(),
    };

    private static Command Parse()
    {
        var mode = new Option<string>("--mode") { Description = "By which text: strict-2.3, strict-3.0 or lenient.", DefaultValueFactory = _ => "strict-3.0" };
        mode.AcceptOnlyFromAmong("strict-2.3", "strict-3.0", "lenient");
        var lines = new Argument<string[]>("expression") { Arity = ArgumentArity.ZeroOrMore, Description = "Instead of lines of standard input." };
        var command = new Command("parse", "Reads licence expressions, one a line: one JSON object a line.") { mode, lines }.With("""
            headwater licence parse 'MIT OR (Apache-2.0 AND BSD-3-Clause)'
            jq -r .license package.json | headwater licence parse --mode lenient

            In lenient mode, "upgrades" has what deprecated identifiers are today, and "warnings" what is odd; each only where there is something.

            Exit code 0 when the input was read to its end, whatever the answers; with arguments, 1 when an answer is an error.
            """);
        command.SetAction(result =>
        {
            var by = result.GetValue(mode) switch { "strict-2.3" => ExpressionMode.Strict23, "lenient" => ExpressionMode.Lenient, _ => ExpressionMode.Strict30 };
            var arguments = result.GetValue(lines) ?? [];
            // The parser takes an option that it does not know for an argument. No expression begins like one; who means it says so.
            if (result.Tokens.TakeWhile(t => t.Type != TokenType.DoubleDash).FirstOrDefault(t => t is { Type: TokenType.Argument, Value: ['-', _, ..] }) is { } option)
                throw new CommandException($"'{option.Value}' is no option of 'headwater licence parse'. Expressions that begin with a dash stand behind --.");
            return arguments.Length == 0 ? LineCommand.Stream((line, output) => Answer(line, by, output), (error, output) => output.Error(error, At(0))) : LineCommand.Each(arguments, (line, output) => Answer(line, by, output));
        });
        return command;
    }

    private static Action<Utf8JsonWriter> At(int at) => json => json.WriteNumber("at"u8, at);

    private static void Answer(string line, ExpressionMode mode, LineOutput output)
    {
        var read = Library.Expressions.Parse(line, mode);
        if (!read.IsRead)
        {
            output.Error(read.Error, At(read.At));
            return;
        }

        var json = output.Json();
        json.WriteStartObject();
        json.WriteString("canonical"u8, read.Expression.ToString());
        json.WriteBoolean("valid"u8, read.Repairs.Count == 0);
        foreach (var (name, texts) in new[] { ("repairs", read.Repairs), ("licences", read.Expression.Licences), ("exceptions", read.Expression.Exceptions) })
        {
            json.WriteStartArray(name);
            foreach (var text in texts) json.WriteStringValue(text);
            json.WriteEndArray();
        }

        if (mode == ExpressionMode.Lenient) Advise(read, json);
        json.WriteEndObject();
        output.EndJson();
    }

    /// <summary>What is grammatical, and not as it would be written today.</summary>
    private static void Advise(ExpressionResult read, Utf8JsonWriter json)
    {
        var upgrades = read.Expression!.Terms.Distinct().Select(t => (From: t.ToString(), To: Library.Advice.Upgrade(t).ToString())).Where(u => u.From != u.To).ToList();
        if (upgrades.Count > 0)
        {
            json.WriteStartArray("upgrades"u8);
            foreach (var (from, to) in upgrades)
            {
                json.WriteStartObject();
                json.WriteString("from"u8, from);
                json.WriteString("to"u8, to);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        string[] warnings = [.. read.Warnings.Concat(Library.Advice.Warnings(read.Expression)).Distinct(StringComparer.Ordinal)];
        if (warnings.Length > 0) StatedJson.Texts(json, "warnings", warnings);
    }
}
