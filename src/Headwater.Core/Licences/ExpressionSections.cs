using Headwater.Core.Licences.Expressions;

namespace Headwater.Core.Licences;

/// <summary>Names, aliases and what belongs to expressions, as they are kept in a library.</summary>
internal static class ExpressionSections
{
    public static ExpressionParser Read(SectionFile file)
    {
        var names = new LicenceNames(Texts(file, Sections.LicenceIds), Texts(file, Sections.ExceptionIds));
        var aliases = new LicenceAliases(Pairs(file, Sections.AliasNames), Pairs(file, Sections.AliasAddresses), Lists(file, Sections.AliasExceptions));
        return new ExpressionParser(names, aliases, Lists(file, Sections.Associations));
    }

    public static ExpressionAdvice ReadAdvice(SectionFile file, ExpressionParser parser) => new(
        Pairs(file, Sections.Upgrades).Select(p => (p.Key, Now: parser.Parse(p.Value, ExpressionMode.Strict30).Expression)).Where(u => u.Now is not null).ToDictionary(u => u.Key, u => u.Now!, StringComparer.Ordinal), Lists(file, Sections.Associations));

    public static IEnumerable<string> Texts(SectionFile file, int section)
    {
        var table = new TextTable(file, section, section + 1);
        var all = new string[table.Count];
        for (var i = 0; i < all.Length; i++) all[i] = table[i].ToString();
        return all;
    }

    private static Dictionary<string, string> Pairs(SectionFile file, int section)
    {
        var all = Texts(file, section).ToList();
        var pairs = new Dictionary<string, string>(all.Count / 2, StringComparer.Ordinal);
        for (var i = 0; i + 1 < all.Count; i += 2) pairs[all[i]] = all[i + 1];
        return pairs;
    }

    private static Dictionary<string, IReadOnlyList<string>> Lists(SectionFile file, int section) => Pairs(file, section).ToDictionary(p => p.Key, IReadOnlyList<string> (p) => p.Value.Split('\n'), StringComparer.Ordinal);
}
