using System.Globalization;

namespace Headwater.Server.Features.Projects.Pages;

/// <summary>What the form about a project's facts holds, as text.</summary>
internal sealed class FactsInput
{
    public string? Name { get; set; }
    public string? Description { get; set; }
    public string? Owner { get; set; }
    public string? Kind { get; set; }
    public string? Criticality { get; set; }
    public string? Context { get; set; }
    public string? Exposure { get; set; }
    public string? DataClass { get; set; }
    public string? Tags { get; set; }
    public string? Links { get; set; }
    public string? PartOf { get; set; }
    public bool Collection { get; set; }
    public string? OwnerPeople { get; set; }
    public string? TechnicalPeople { get; set; }
    public string? SecurityPeople { get; set; }
    public string? BusinessPeople { get; set; }

    internal string? this[ProjectWord word] => word.Name switch
    {
        "kind" => Kind, "criticality" => Criticality, "context" => Context, "exposure" => Exposure, _ => DataClass,
    };

    internal string? PeopleOf(string part) => part switch { "owner" => OwnerPeople, "technical" => TechnicalPeople, "security" => SecurityPeople, _ => BusinessPeople };

    internal static FactsInput Of(ProjectDetail detail)
    {
        var (project, facts) = (detail.Project, detail.Facts);
        string People(string part) => string.Join(", ", facts.People.Where(p => p.Part == part).Select(p => p.Name));
        return new FactsInput
        {
            Name = project.Name, Description = project.Description, Owner = project.Owner?.Id.ToString(CultureInfo.InvariantCulture), Kind = facts.Traits.Kind, Criticality = facts.Traits.Criticality,
            Context = facts.Traits.Context, Exposure = facts.Traits.Exposure, DataClass = facts.Traits.DataClass, Tags = string.Join(", ", facts.Tags),
            Links = string.Join('\n', facts.Links.Select(l => $"{l.Title} {l.Url}".Trim())), PartOf = facts.Parent?.Name, Collection = facts.Traits.Collection,
            OwnerPeople = People("owner"), TechnicalPeople = People("technical"), SecurityPeople = People("security"), BusinessPeople = People("business"),
        };
    }

    /// <param name="parent">The project named in <see cref="PartOf"/>; empty when none is named.</param>
    internal ProjectEdit ToEdit(Guid parent) => new()
    {
        Name = Name ?? "", Description = Description ?? "", OwnerId = long.TryParse(Owner, NumberStyles.None, CultureInfo.InvariantCulture, out var owner) ? owner : 0,
        Kind = Kind ?? "", Criticality = Criticality ?? "", Context = Context ?? "", Exposure = Exposure ?? "", DataClass = DataClass ?? "", Tags = List(Tags), Parent = parent, Collection = Collection,
        Links = [.. (Links ?? "").Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Link)],
        People = [.. ProjectWords.Part.Values.SelectMany(p => List(PeopleOf(p.Value)).Select(who => new ProjectHolder(p.Value, who)))],
    };

    internal static List<string> List(string? text) => [.. (text ?? "").Split([',', ';', '\n'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];

    /// <summary>A line is an address with or without a title before it.</summary>
    private static ProjectAddress Link(string line)
    {
        var at = line.LastIndexOf(' ');
        return at < 0 ? new ProjectAddress("", line) : new ProjectAddress(line[..at].Trim(), line[(at + 1)..]);
    }
}
