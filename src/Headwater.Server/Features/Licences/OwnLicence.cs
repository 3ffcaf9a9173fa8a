using System.Text.RegularExpressions;
using Headwater.Core.Licences;
using Headwater.Core.Licences.Facts;

namespace Headwater.Server.Features.Licences;

/// <summary>A licence of the organisation itself, under a <c>LicenseRef-</c>.</summary>
/// <param name="Text">Null where it was not asked for, and where there is none.</param>
internal sealed record OwnLicence(string Id, string Name, LicenceCategory Category, IReadOnlyList<LicenceFlag> Flags, string? Text, string? Note, IReadOnlyList<string> SeeAlso, DateTimeOffset CreatedAt, string CreatedBy,
    DateTimeOffset ChangedAt, string ChangedBy, DateTimeOffset? RetiredAt, string? RetiredBy)
{
    /// <summary>As the library has others. Whoever wrote it has said all flags.</summary>
    public LicenceFacts ToFacts() => new()
    {
        Id = Id, Name = Name, Category = Category, CategorySource = LicenceSource.Own, Flags = [.. Flags.Select(f => new LicenceFlagFact(f, LicenceSource.Own))], AreFlagsComplete = true, ListedBy = LicenceSource.Own, Comment = Note, SeeAlso = SeeAlso,
        Text = Text, IsDeprecated = RetiredAt is not null,
    };
}

/// <summary>What somebody writes of a licence of the organisation.</summary>
internal sealed partial record OwnLicenceInput(string? Id, string? Name, string? Category, IReadOnlyList<string>? Flags, string? Text, string? Note, IReadOnlyList<string>? SeeAlso)
{
    public const int LongestId = 100, LongestName = 200, LongestText = 500_000, LongestNote = 2_000, MostAddresses = 10;

    public static IReadOnlyList<LicenceCategory> Categories { get; } = [.. Enum.GetValues<LicenceCategory>().Where(c => c is not (LicenceCategory.Unclassified or LicenceCategory.CopyleftLimited))];

    public static IReadOnlyList<LicenceFlag> AllFlags { get; } = [.. Enum.GetValues<LicenceFlag>().Where(f => f != LicenceFlag.Exception)];

    /// <summary>The word of an enumeration in addresses and documents.</summary>
    public static string Word<T>(T value) where T : struct, Enum => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    /// <summary>What is wrong, with the field and the key of a sentence; null for nothing.</summary>
    public (string Field, string Key)? Refusal(LicenceLibrary library, bool isNew)
    {
        if (isNew && (Id is null || Id.Length > LongestId || !Reference().IsMatch(Id))) return ("id", "library.refused.id");
        if (isNew && library.Find(Id!) is not null) return ("id", "library.refused.listed");
        if (string.IsNullOrWhiteSpace(Name) || Name.Trim().Length > LongestName || Name.Any(char.IsControl)) return ("name", "library.refused.name");
        if (!Categories.Any(c => Word(c) == Category)) return ("category", "library.refused.category");
        if (Flags is not null && !Flags.All(f => AllFlags.Any(a => Word(a) == f))) return ("flags", "library.refused.flags");
        if (Text is { Length: > LongestText } || Text?.Contains('\0', StringComparison.Ordinal) == true) return ("text", "library.refused.text");
        if (Note is { Length: > LongestNote }) return ("note", "library.refused.note");
        return SeeAlso is not null && (SeeAlso.Count > MostAddresses || !SeeAlso.All(a => a.Length <= 500 && Uri.TryCreate(a, UriKind.Absolute, out var address) && address.Scheme is "https" or "http")) ? ("seeAlso", "library.refused.address") : null;
    }

    [GeneratedRegex(@"^LicenseRef-[A-Za-z0-9.-]+$", RegexOptions.None, 1000)]
    private static partial Regex Reference();
}
