namespace Headwater.Server.Features.Demo;

/// <summary>A unit or team: who it is, how deep it lies, and the place of the one above it in the list.</summary>
internal sealed record DemoOwner(string Kind, string Name, string Title, int Level, int? Parent);

/// <summary>A made-up group of companies, with about a hundred projects to a team.</summary>
internal static class DemoOrganisation
{
    private static readonly string[] Companies = ["Aldermoor", "Brackwater", "Cinderford", "Dunmere", "Eastholm", "Fenwick", "Garnet Hill", "Harrowgate"];
    private static readonly string[] Divisions = ["Banking", "Insurance", "Retail", "Logistics", "Energy", "Mobility", "Media", "Health"];
    private static readonly string[] Fields = ["Payments", "Accounts", "Claims", "Orders", "Stock", "Routing", "Metering", "Billing", "Identity", "Search", "Pricing", "Reporting", "Mobile", "Web", "Data", "Platform"];
    private static readonly string[] Things = ["ledger", "gateway", "portal", "worker", "planner", "scanner", "archive", "relay", "console", "engine", "registry", "monitor", "importer", "exporter", "notifier", "scheduler"];

    public static List<DemoOwner> Make(int projects)
    {
        var teams = Math.Clamp(projects / 100, 4, 10_000);
        var owners = new List<DemoOwner> { new("unit", "group", "Headwater Demonstration Group", 0, null) };
        var divisions = new List<int>();
        var companies = Math.Clamp(teams / 60, 2, Companies.Length);
        for (var c = 0; c < companies; c++)
        {
            var company = owners.Count;
            owners.Add(new DemoOwner("unit", Slug(Companies[c]), Companies[c], 1, 0));
            for (var d = 0; d < Math.Clamp(teams / companies / 12, 1, Divisions.Length); d++)
            {
                divisions.Add(owners.Count);
                owners.Add(new DemoOwner("unit", Slug($"{Companies[c]} {Divisions[d]}"), $"{Companies[c]} {Divisions[d]}", 2, company));
            }
        }

        for (var t = 0; t < teams; t++)
        {
            var division = divisions[t % divisions.Count];
            var title = $"{owners[division].Title} {Fields[t / divisions.Count % Fields.Length]}{(t / divisions.Count >= Fields.Length ? $" {t / divisions.Count / Fields.Length + 1}" : "")}";
            owners.Add(new DemoOwner("team", Slug(title), title, 3, division));
        }

        return owners;
    }

    public static string ProjectName(int number) => $"{Fields[number * 7 % Fields.Length].ToLowerInvariant()}-{Things[number / Fields.Length % Things.Length]}-{number + 1:D5}";

    private static string Slug(string title) => title.ToLowerInvariant().Replace(' ', '-');
}
