namespace Headwater.Core.Licences.Notices;

/// <summary>Puts components in order, and what is listed several times together.</summary>
internal static class NoticeMerge
{
    public static List<NoticeComponent> Ordered(IEnumerable<NoticeComponent> components)
    {
        var merged = new List<NoticeComponent>();
        foreach (var group in components.GroupBy(c => (c.Name, c.Version, c.Purl)))
        {
            var all = group.ToArray();
            merged.Add(all.Length == 1 ? all[0] : One(all));
        }

        // The last word is the purl; two that are equal in all three were put together.
        merged.Sort((a, b) =>
        {
            var order = string.Compare(a.Name, b.Name, StringComparison.OrdinalIgnoreCase);
            if (order == 0) order = string.CompareOrdinal(a.Name, b.Name);
            if (order == 0) order = string.CompareOrdinal(a.Version, b.Version);
            return order != 0 ? order : string.CompareOrdinal(a.Purl, b.Purl);
        });
        return merged;
    }

    /// <summary>One that says what any of them says; it is left out only when each of them is.</summary>
    private static NoticeComponent One(NoticeComponent[] all)
    {
        // What they say must not depend on the order in which they were told.
        Array.Sort(all, (a, b) => string.CompareOrdinal(Order(a), Order(b)));
        var first = all[0];
        var one = new NoticeComponent
        {
            Name = first.Name, Version = first.Version, Purl = first.Purl, Scope = all.Select(c => c.Scope).FirstOrDefault(s => s is not null), Homepage = all.Select(c => c.Homepage).FirstOrDefault(h => h is not null),
            Source = all.Select(c => c.Source).FirstOrDefault(s => s is not null), LicenceAddress = all.Select(c => c.LicenceAddress).FirstOrDefault(s => s is not null), Choice = all.Select(c => c.Choice).FirstOrDefault(c => c is not null),
            Excluded = Array.TrueForAll(all, c => c.Excluded is not null) ? first.Excluded : null, Modified = Array.Exists(all, c => c.Modified), IsDecided = Array.Exists(all, c => c.IsDecided),
        };
        foreach (var origin in Enum.GetValues<NoticeOrigin>()) one.Statements.AddRange(Joined(origin, all));
        one.Texts.AddRange(all.SelectMany(c => c.Texts).DistinctBy(t => (t.Text, string.Join(' ', t.Licences))));
        one.Notices.AddRange(all.SelectMany(c => c.Notices).DistinctBy(t => t.Text));
        one.Acknowledgements.AddRange(all.SelectMany(c => c.Acknowledgements).Distinct(StringComparer.Ordinal));
        one.Copyrights.AddRange(all.SelectMany(c => c.Copyrights).Distinct(StringComparer.Ordinal));
        one.Unread.AddRange(all.SelectMany(c => c.Unread).Distinct(StringComparer.Ordinal));
        return one;
    }

    private static IEnumerable<NoticeStatement> Joined(NoticeOrigin origin, NoticeComponent[] all)
    {
        NoticeStatement[] said = [.. all.SelectMany(c => c.Statements).Where(s => s.Origin == origin).DistinctBy(s => s.Expression)];
        NoticeStatement[] known = [.. said.Where(s => !s.IsSilent)];
        if (known.Length < 2) return known.Length == 1 ? known : said.Take(1);
        return [NoticeStatement.Of(origin, [.. known.SelectMany(s => s.Parts ?? [s.Expression]).Distinct(StringComparer.Ordinal)])];
    }

    private static string Order(NoticeComponent c) => string.Join('\n', c.Statements.Select(s => $"{s.Origin} {s.Expression}").Concat(c.Copyrights).Append(c.Homepage).Append(c.Source).Append(c.Excluded).Concat(c.Texts.Select(t => t.Text)));
}
