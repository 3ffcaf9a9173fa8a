using System.Globalization;

namespace Headwater.Core.Licences.Notices;

/// <summary>Words the offer of source.</summary>
internal static class SourceOffers
{
    public static SourceOffer? Of(NoticeInput input, IReadOnlyList<NoticeEntry> entries)
    {
        int[] due = [.. entries.Where(e => e.Duty != SourceDuty.None).Select(e => e.Number)];
        if (due.Length == 0) return null;
        var who = input.Organisation ?? "We";
        var verb = input.Organisation is null ? "offer" : "offers";
        var paragraphs = new List<string>
        {
            "Some components are under licences that give whoever receives them a right to their source code. They are listed below, with the place where their source is published where that is known.",
        };
        if (input.SourceLocation is not null) paragraphs.Add($"The corresponding source code of these components, as used in this product, is at: {input.SourceLocation}");
        paragraphs.Add(string.Create(CultureInfo.InvariantCulture,
            $"{who} {verb} anyone who holds this notice the complete corresponding source code of these components in machine-readable form, together with the scripts that control how they are built and installed, for no more than what handing it over costs. This offer is valid for at least {input.OfferYears} {(input.OfferYears == 1 ? "year" : "years")} from the day on which you received the product, and for as long as spare parts or support for it are offered."));
        paragraphs.Add(input.Contact is null ? "Where to ask for it: NOT STATED." : $"Where to ask for it: {input.Contact}. Please name the product and its version: {Product(input)}.");
        if (entries.Any(e => e.Duty == SourceDuty.Library))
            paragraphs.Add("Libraries under the GNU Lesser General Public License and licences like it may be changed and used in the changed version with this product. Reverse engineering in order to find faults in such changes is permitted, whatever else the terms of this product say.");
        if (entries.Any(e => e.Duty != SourceDuty.None && e.Component.Modified)) paragraphs.Add("Components that are marked as modified were changed; the source code that is offered includes these changes.");
        return new SourceOffer(paragraphs, due);
    }

    private static string Product(NoticeInput input) => input.SubjectVersion is null ? input.Subject : $"{input.Subject} {input.SubjectVersion}";
}
