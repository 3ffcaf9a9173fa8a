using System.CommandLine;
using Headwater.Cli.Shell;

namespace Headwater.Cli.Notices;

/// <summary><c>headwater notice</c>.</summary>
internal static class NoticeCommand
{
    public static Command Create()
    {
        var source = new Argument<string>("source") { Description = "An SBOM (- is standard input), a folder with packages, or an archive: npm tgz, nupkg, jar, wheel, sdist, crate, gem, deb, zip, tar." };
        var format = new Option<string?>("--format", "-f") { Description = "text, markdown, html, json or docx; by the name of the output when not said, else text." };
        format.AcceptOnlyFromAmong("text", "markdown", "html", "json", "docx");
        var output = new Option<string?>("--output", "-o") { Description = "Where to; standard output when not said.", HelpName = "file" };
        var title = new Option<string?>("--product") { Description = "What the notice is for, instead of what the SBOM describes.", HelpName = "name" };
        var version = new Option<string?>("--product-version") { Description = "Its version.", HelpName = "version" };
        var date = new Option<string?>("--date") { Description = "The date to print. None is printed when not said: the same input makes the same file.", HelpName = "date" };
        var organisation = new Option<string?>("--organisation") { Description = "Who offers the source code.", HelpName = "name" };
        var contact = new Option<string?>("--contact") { Description = "Where somebody asks for the source code.", HelpName = "address" };
        var years = new Option<int>("--years") { Description = "For how many years it is offered.", DefaultValueFactory = _ => 3, HelpName = "number" };
        var location = new Option<string?>("--source") { Description = "Where the source code is to be had already.", HelpName = "address" };
        var prefer = new Option<string[]>("--prefer") { Description = "Licences to take where there is a choice, the best first; several separated by commas.", HelpName = "licences" };
        var choose = new Option<string[]>("--choose") { Description = "The alternative that is used of one component: its package URL, name or name@version, then = and the alternative. May be given again.", HelpName = "component=licence" };
        var dev = new Option<bool>("--include-dev") { Description = "Also what is for development, tests or the build only." };
        var command = new Command("notice", "Writes the notice of what a product holds of others: licences with their texts, copyrights, acknowledgements, the offer of source code, and what is missing.")
        {
            source, format, output, title, version, date, organisation, contact, years, location, prefer, choose, dev,
        }.With("""
            headwater notice bom.json -o NOTICE.txt
            headwater notice node_modules -o NOTICE.md
            headwater notice bom.spdx.json --format html --contact opensource@example.org -o notices.html
            headwater notice bom.json --prefer MIT,Apache-2.0 --choose 'pkg:npm/jszip@3.10.1=MIT' --format docx -o notices.docx

            What is missing is listed in the notice and on standard error.
            Exit code 0 when nothing is missing, 1 when something is, 2 when there is no notice.
            """);
        command.SetAction((result, cancellation) => Task.Run(() => NoticeRun.Run(new NoticeRequest(result.GetValue(source)!, result.GetValue(format), result.GetValue(output))
        {
            Product = result.GetValue(title), ProductVersion = result.GetValue(version), Date = result.GetValue(date), Organisation = result.GetValue(organisation), Contact = result.GetValue(contact), Years = result.GetValue(years),
            SourceLocation = result.GetValue(location), Prefer = result.GetValue(prefer) ?? [], Choose = result.GetValue(choose) ?? [], IncludeDev = result.GetValue(dev),
        }, cancellation)));
        return command;
    }
}

/// <summary>What was asked for.</summary>
internal sealed record NoticeRequest(string Source, string? Format, string? Output)
{
    public string? Product { get; init; }

    public string? ProductVersion { get; init; }

    public string? Date { get; init; }

    public string? Organisation { get; init; }

    public string? Contact { get; init; }

    public int Years { get; init; }

    public string? SourceLocation { get; init; }

    public string[] Prefer { get; init; } = [];

    public string[] Choose { get; init; } = [];

    public bool IncludeDev { get; init; }
}
