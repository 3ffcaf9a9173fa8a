using System.Globalization;
using Headwater.Cli.Sboms;
using Headwater.Cli.Shell;
using Headwater.Core.Vex;

namespace Headwater.Cli.Vex;

/// <summary><c>headwater vex convert</c>.</summary>
internal static class VexConvert
{
    private const int ErrorsShown = 10;

    public static string[] Targets { get; } = ["openvex", "csaf", "cyclonedx"];

    public static int Run(string file, string? output, string target, string? timestamp, string? author, string? @namespace, CancellationToken cancellationToken)
    {
        var options = new VexWriteOptions { Timestamp = Time(timestamp), Author = author, Namespace = @namespace };
        VexReadResult read;
        using (var stream = SbomFiles.Open(file)) read = VexReader.Read(stream, cancellationToken: cancellationToken);
        if (read.Document is not { } document)
        {
            Terminal.Error($"'{file}' cannot be read, so it is not converted.");
            foreach (var error in read.Errors.Take(ErrorsShown)) Console.Error.WriteLine(Terminal.Safe($"  {error.At}: {error.Message}"));
            return CommandLine.Failed;
        }

        foreach (var warning in read.Warnings) Terminal.Note(Terminal.Safe($"Odd: {warning.At}: {warning.Message}"));
        if (options.Timestamp is null && VexWriter.TimeOf(document) is null) throw new CommandException($"'{file}' has no time, which every format asks for; say one with --timestamp.");
        VexWriteResult? written = null;
        OutputFile.Write(output, stream =>
        {
            using var whole = new MemoryStream();
            written = VexWriter.Write(document, Format(target), whole, options);
            if (written.Statements == 0) throw new CommandException($"None of the {Terminal.Number(document.Statements.Count)} statements in '{file}' can be said in {target}, so nothing is written.{First(written)}");
            whole.WriteTo(stream);
        });
        foreach (var left in read.NotKept) Terminal.Note(Terminal.Safe($"Left out: {left.At}: {left.Message}"));
        foreach (var loss in written!.Losses) Terminal.Note(Terminal.Safe($"Left out, {target} cannot say it: {loss.At}: {loss.Message}"));
        return CommandLine.Ok;
    }

    private static string First(VexWriteResult written) => written.Losses.Count == 0 ? string.Empty : Terminal.Safe($" {written.Losses[^1].At}: {written.Losses[^1].Message}");

    private static VexFormat Format(string target) => target switch { "openvex" => VexFormat.OpenVex, "csaf" => VexFormat.Csaf, _ => VexFormat.CycloneDx };

    private static DateTimeOffset? Time(string? text)
    {
        if (text is null) return null;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : throw new CommandException($"'{text}' is not a time; write 2026-01-31T12:00:00Z.");
    }
}
