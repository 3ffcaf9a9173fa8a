using Headwater.Core.Licences.Facts;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Http;

namespace Headwater.Server.Features.Licences;

/// <summary>A licence in the list of all.</summary>
/// <param name="Flags">What it has beside its category, whoever says so.</param>
internal sealed record LicenceRow(string Id, string Name, LicenceKind Kind, LicenceSource ListedBy, LicenceCategory Category, LicenceSource CategorySource, IReadOnlyList<LicenceFlag> Flags, bool IsOsiApproved, bool IsFsfLibre, string? BlueOak, bool IsDeprecated,
    string? Owner)
{
    public static LicenceRow Of(LicenceFacts f) => new(f.Id, f.Name, f.Kind, f.ListedBy, f.Category, f.CategorySource, [.. f.Flags.Select(x => x.Flag)], f.IsOsiApproved, f.IsFsfLibre, f.BlueOak, f.IsDeprecated, f.Owner);
}

/// <summary>A licence with all that is known of it.</summary>
/// <param name="Own">Who wrote it and when; null for one of the library.</param>
/// <param name="Text">Null where there is none.</param>
/// <param name="HasChecklist">Whether its duties are of a checklist, and not of its category.</param>
internal sealed record LicenceDetail(LicenceFacts Facts, OwnLicence? Own, string? Text, string? Header, bool HasChecklist, bool HasHandbook);

/// <summary>What narrows the list of licences.</summary>
/// <param name="List"><c>spdx</c>, <c>licenseDb</c> or <c>own</c>; null for all.</param>
/// <param name="Deprecated">Whether what is deprecated or retired is listed too.</param>
internal sealed record LicenceFilter(string? Category = null, string? Flag = null, string? List = null, string? Kind = null, bool Osi = false, bool Fsf = false, bool Deprecated = false)
{
    public static IReadOnlyList<string> Lists { get; } = ["spdx", "licenseDb", "own"];

    public static IReadOnlyList<string> Categories { get; } = [.. Enum.GetValues<LicenceCategory>().Select(OwnLicenceInput.Word)];

    public static IReadOnlyList<string> Flags { get; } = [.. Enum.GetValues<LicenceFlag>().Select(OwnLicenceInput.Word)];

    public static IReadOnlyList<string> Kinds { get; } = ["licence", "exception"];

    /// <summary>What an address says; words that there are not are passed over.</summary>
    public static LicenceFilter Of(IQueryCollection query)
    {
        string? Known(string name, IReadOnlyList<string> words) => words.Contains(query[name].ToString(), StringComparer.Ordinal) ? query[name].ToString() : null;
        return new LicenceFilter(Known("category", Categories), Known("flag", Flags), Known("list", Lists), Known("kind", Kinds), query["osi"] == "true", query["fsf"] == "true", query["deprecated"] == "true");
    }

    public bool Takes(LicenceRow row, bool anyCategory = false) => (anyCategory || Category is null || OwnLicenceInput.Word(row.Category) == Category) && (Flag is null || row.Flags.Any(f => OwnLicenceInput.Word(f) == Flag))
        && (List is null || OwnLicenceInput.Word(row.ListedBy) == List) && (Kind is null || OwnLicenceInput.Word(row.Kind) == Kind) && (!Osi || row.IsOsiApproved) && (!Fsf || row.IsFsfLibre) && (Deprecated || !row.IsDeprecated);
}
