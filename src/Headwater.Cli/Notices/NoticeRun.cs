using System.Security.Cryptography;
using Headwater.Cli.Licences;
using Headwater.Cli.Sboms;
using Headwater.Cli.Scanning;
using Headwater.Cli.Shell;
using Headwater.Core.Licences.Expressions;
using Headwater.Core.Licences.Notices;
using Headwater.Core.Licences.Packages;
using Headwater.Core.Sboms;

namespace Headwater.Cli.Notices;

/// <summary>Makes a notice, writes it, and says what it lacks.</summary>
internal static class NoticeRun
{
    private const int ErrorsShown = 10, GapsShown = 50;

    public static int Run(NoticeRequest request, CancellationToken cancellationToken)
    {
        if (request.Years is < 1 or > 100) throw new CommandException("--years takes 1 to 100.");
        var format = Format(request);
        if (format == NoticeFormat.Docx && request.Output is null or "-" && !Console.IsOutputRedirected) throw new CommandException("A docx is no text for a terminal: say --output.");
        var preferences = Preferences(request.Prefer);
        var isWhole = true;
        var input = Directory.Exists(request.Source) || (File.Exists(request.Source) && PackageScan.IsArchive(request.Source)) ? OfPackages(request, preferences, out isWhole, cancellationToken) : Input(request, preferences, cancellationToken);
        if (input is null) return CommandLine.Failed;
        Choose(input.Components, request.Choose);
        var notice = NoticeBuilder.Build(input, NoticeKnowledge.Of(LicenceCommands.Library), cancellationToken);
        OutputFile.Write(request.Output, to => NoticeWriter.Write(notice, format, to, cancellationToken));
        Terminal.Note($"{Terminal.Number(notice.Entries.Count)} {(notice.Entries.Count == 1 ? "component" : "components")}, {Terminal.Number(notice.Texts.Count)} texts, {Terminal.Number(notice.Notices.Count)} NOTICE files; {Terminal.Number(notice.Excluded.Count)} left out.");
        foreach (var gap in notice.Gaps.Take(GapsShown)) Terminal.Note($"{(gap.Component is { } number ? notice.Entries[number - 1].Component.Title + ": " : "")}{gap.Detail}");
        if (notice.Gaps.Count > GapsShown) Terminal.Note($"… and {Terminal.Number(notice.Gaps.Count - GapsShown)} more; the notice lists all.");
        return notice.Gaps.Count == 0 && isWhole ? CommandLine.Ok : CommandLine.Found;
    }

    private static NoticeFormat Format(NoticeRequest request) => (request.Format ?? Path.GetExtension(request.Output)?.ToLowerInvariant()) switch
    {
        "markdown" or ".md" or ".markdown" => NoticeFormat.Markdown,
        "html" or ".html" or ".htm" => NoticeFormat.Html,
        "json" or ".json" => NoticeFormat.Json,
        "docx" or ".docx" => NoticeFormat.Docx,
        _ => NoticeFormat.Text,
    };

    private static NoticeInput? Input(NoticeRequest request, string[] preferences, CancellationToken cancellationToken)
    {
        using var stream = SbomFiles.Open(request.Source);
        var hash = Convert.ToHexStringLower(SHA256.HashData(stream));
        stream.Position = 0;
        var read = SbomDocument.Read(stream, out var document, cancellationToken: cancellationToken);
        if (!read.Valid)
        {
            Terminal.Error($"'{request.Source}' is not a valid document, so there is no notice.");
            foreach (var error in read.Errors.Take(ErrorsShown)) Console.Error.WriteLine(Terminal.Safe($"  {error.At}: {error.Message}"));
            return null;
        }

        var product = request.Product ?? document.Root?.Name ?? document.Metadata.Name ?? (request.Source == "-" ? "the product" : Path.GetFileNameWithoutExtension(request.Source));
        return Input(request, preferences, product, request.ProductVersion ?? (request.Product is null ? document.Root?.Version : null), SbomNotice.Components(document, LicenceCommands.Library.Expressions), hash);
    }

    private static NoticeInput OfPackages(NoticeRequest request, string[] preferences, out bool isWhole, CancellationToken cancellationToken)
    {
        var scan = LicenceScan.Scan(request.Source, false, cancellationToken);
        foreach (var skipped in scan.Skipped.Take(GapsShown)) Terminal.Note($"{ScanOutput.Place(request.Source, skipped.Path)}: not read. {skipped.Reason}");
        isWhole = scan.IsComplete;
        var own = scan.Main.Purl;
        return Input(request, preferences, request.Product ?? own?.Name ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(request.Source))), request.ProductVersion ?? (request.Product is null ? own?.Version : null), Components(scan), null);
    }

    /// <summary>The components of a scan; what of them was not read is a gap of theirs, where they are told apart by their place.</summary>
    private static IReadOnlyList<NoticeComponent> Components(PackageScan scan)
    {
        var components = PackageNotice.Components(scan);
        var packages = scan.Packages.Skip(scan.Packages.Count - components.Count).ToList();
        foreach (var skipped in scan.Skipped)
        {
            var owner = packages.Count == 1 ? 0 : packages.Index().Where(p => skipped.Path == p.Item.Path || skipped.Path.StartsWith(p.Item.Path + "/", StringComparison.Ordinal) || skipped.Path.StartsWith(p.Item.Path + "!/", StringComparison.Ordinal))
                .OrderByDescending(p => p.Item.Path.Length).Select(p => p.Index).DefaultIfEmpty(-1).First();
            if (owner >= 0) components[owner].Unread.Add($"{skipped.Path} could not be read. {skipped.Reason}");
        }

        return components;
    }

    private static NoticeInput Input(NoticeRequest request, string[] preferences, string product, string? version, IReadOnlyList<NoticeComponent> components, string? hash) => new()
    {
        Subject = product, SubjectVersion = version, Components = components, SbomSha256 = hash, Date = request.Date, Generator = $"Headwater {ToolVersion.Text}", Organisation = request.Organisation, Contact = request.Contact,
        OfferYears = request.Years, SourceLocation = request.SourceLocation, Preferences = preferences, IncludeExcluded = request.IncludeDev,
    };

    private static string[] Preferences(string[] said)
    {
        string[] all = [.. said.SelectMany(p => p.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];
        foreach (var one in all)
            if (LicenceCommands.Library.Expressions.Parse(one, ExpressionMode.Lenient).Expression is not LicenceTerm) throw new CommandException($"--prefer takes licences, and '{one}' is none.");
        return all;
    }

    private static void Choose(IReadOnlyCollection<NoticeComponent> components, string[] choices)
    {
        foreach (var choice in choices)
        {
            // Qualifiers of package URLs have equals signs, licences have none.
            if (choice.LastIndexOf('=') is not (> 0 and var at) || at == choice.Length - 1) throw new CommandException($"--choose takes component=licence, and '{choice}' is none.");
            var name = choice[..at];
            NoticeComponent[] meant = [.. components.Where(c => c.Purl == name || c.Name == name || $"{c.Name}@{c.Version}" == name)];
            if (meant.Length == 0) throw new CommandException($"--choose: there is no component '{name}'.");
            foreach (var component in meant) component.Choice = new NoticeChoice(choice[(at + 1)..], "chosen on the command line", null);
        }
    }
}
