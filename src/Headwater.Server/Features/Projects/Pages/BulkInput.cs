using System.Globalization;

namespace Headwater.Server.Features.Projects.Pages;

/// <summary>What the form that changes many projects holds.</summary>
internal sealed class BulkInput
{
    public bool All { get; set; }
    public string? Owner { get; set; }
    public string? Kind { get; set; }
    public string? Criticality { get; set; }
    public string? Context { get; set; }
    public string? Exposure { get; set; }
    public string? DataClass { get; set; }
    public string? AddTags { get; set; }
    public string? RemoveTags { get; set; }
    public string? State { get; set; }

    internal ProjectEdit ToEdit() => new()
    {
        OwnerId = Owner == ProjectWord.None ? 0 : long.TryParse(Owner, NumberStyles.None, CultureInfo.InvariantCulture, out var owner) ? owner : null,
        Kind = Word(Kind), Criticality = Word(Criticality), Context = Word(Context), Exposure = Word(Exposure), DataClass = Word(DataClass),
        AddTags = FactsInput.List(AddTags) is { Count: > 0 } add ? add : null, RemoveTags = FactsInput.List(RemoveTags) is { Count: > 0 } remove ? remove : null,
        Retired = State switch { "retire" => true, "revive" => false, _ => null },
    };

    private static string? Word(string? chosen) => string.IsNullOrEmpty(chosen) ? null : chosen == ProjectWord.None ? "" : chosen;
}
