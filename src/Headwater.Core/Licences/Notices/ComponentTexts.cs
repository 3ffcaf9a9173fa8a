using Headwater.Core.Licences.Expressions;
using Headwater.Core.Licences.Identification;

namespace Headwater.Core.Licences.Notices;

/// <summary>Finds, for one component after the other, which texts it comes with, which are missing, and what its own texts say of copyright.</summary>
internal sealed class ComponentTexts(NoticeTextTable table, NoticeKnowledge knowledge)
{
    private readonly Dictionary<string, string?> _standard = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, IReadOnlyList<string>> _copyrights = new(StringComparer.Ordinal);
    private readonly List<Comparison> _comparisons = [];

    /// <summary>The texts of a component.</summary>
    /// <param name="Uses">What the notice gives for it.</param>
    /// <param name="Own">Its own among them.</param>
    public sealed record Outcome(IReadOnlyList<NoticeTextUse> Uses, IReadOnlyList<NoticeText> Own);

    private sealed record Comparison(LicenceExpression Said, NoticeOrigin Origin, IReadOnlyList<NoticeText> Read, bool IsAll, Action<NoticeGapKind, string> Gap);

    public Outcome Take(NoticeComponent component, int number, NoticeChooser.Outcome? choice, List<string> remarks, Action<NoticeGapKind, string> gap)
    {
        var uses = new List<NoticeTextUse>();
        var own = new List<NoticeText>();
        string[] needed = choice is null ? [] : Ids(choice);
        foreach (var text in component.Texts)
        {
            if (choice?.Chosen is not null && IsOfOthers(text, needed, choice)) remarks.Add($"'{text.Name}' is the text of an alternative that was not chosen, and left out.");
            else own.Add(text);
        }

        // Texts of which nobody says the licence first; then by licence, an exception behind its licence.
        foreach (var text in own.Where(t => t.Licences.Count == 0)) Use(text, false);
        var whole = uses.Count > 0;
        var absent = new List<string>();
        var lost = new List<string>();
        foreach (var need in needed)
        {
            NoticeText[] mine = [.. own.Where(t => t.Licences.Any(l => Same(need, l)))];
            foreach (var text in mine) Use(text, false);
            var standard = Standard(need);
            if (standard is not null && IsShort(mine.Length > 0 ? mine : needed.Length == 1 ? own : [], standard)) gap(NoticeGapKind.ShortText, $"The text that came with it is much shorter than {need}; it may only point to the licence. The standard text is given as well.");
            else if (mine.Length > 0 || whole) continue;
            else (standard is null ? lost : absent).Add(need);
            if (standard is not null) Use(new NoticeText(need, standard, [need]), true);
        }

        foreach (var text in own) Use(text, false);
        var where = component.LicenceAddress is null ? "" : $" The document says where it is: {component.LicenceAddress}";
        if (absent.Count > 0) gap(NoticeGapKind.StandardText, $"Its own text of {string.Join(", ", absent)} is not at hand; the standard text stands in, without its copyright lines.{where}");
        if (lost.Count > 0) gap(NoticeGapKind.NoText, $"There is no text of {string.Join(", ", lost)}.{where}");
        return new Outcome(uses, own);

        void Use(NoticeText text, bool isStandard)
        {
            var at = table.Add(text.Text, text.Name, text.Licences, isStandard, number);
            if (!uses.Exists(u => u.Number == at)) uses.Add(new NoticeTextUse(at, text.Name, isStandard));
        }
    }

    /// <summary>Notes that its own texts are to be held against the licence that is stated. What a reference of the document's own means is said by no one but its text, so that is not held against it.</summary>
    public void Compare(NoticeComponent component, LicenceExpression said, NoticeOrigin origin, NoticeChooser.Outcome choice, Action<NoticeGapKind, string> gap)
    {
        if (component.Texts.Count == 0 || said.Terms.Any(t => t.IsReference && knowledge.Text(t.Licence) is null)) return;
        string[] standards = [.. Ids(choice).Select(Standard).OfType<string>()];
        // What is nothing but the standard text under a copyright line states that licence, and need not be read for it.
        NoticeText[] read = [.. component.Texts.Where(t => t.Stated is not null || !standards.Any(s => IsStandard(t.Text, s)))];
        if (read.Length > 0) _comparisons.Add(new Comparison(said, origin, read, read.Length == component.Texts.Count, gap));
    }

    /// <summary>Holds against each other what was noted: each text is read once, several at a time.</summary>
    public void Settle(CancellationToken cancellationToken)
    {
        string[] unread = [.. _comparisons.SelectMany(c => c.Read).Where(t => t.Stated is null).Select(t => t.Text).Distinct(StringComparer.Ordinal)];
        var stated = new StatedLicence[unread.Length];
        Parallel.For(0, unread.Length, new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount }, i => stated[i] = knowledge.Read(unread[i]));
        var known = unread.Zip(stated).ToDictionary(p => p.First, p => p.Second, StringComparer.Ordinal);
        foreach (var (said, origin, read, isAll, gap) in _comparisons)
        {
            var texts = read.Select(t => (t.Name, Stated: t.Stated ?? known[t.Text])).ToList();
            if (StatedLicence.Together(texts.Select(t => t.Stated.Expression)) is { } found)
            {
                if (!StatedLicence.IsWithin(found, said)) gap(NoticeGapKind.TextDiffers, $"Its own texts state {found}, and what is {NoticeLicences.Word(origin)} is {said}.");
                else if (texts.Find(t => t.Stated is { IsUnrecognised: true, Expression: not null }) is { Name: { } changed }) gap(NoticeGapKind.TextUnknown, $"'{changed}' has words that {said} does not have and that may take back what it gives.");
            }
            else if (isAll && texts.Find(t => t.Stated.IsUnrecognised) is { Name: { } name })
            {
                gap(NoticeGapKind.TextUnknown, $"'{name}' states no licence that is known, so nothing says that it is the text of {said}.");
            }
        }
    }

    /// <summary>Whether a text ends as a standard text does, with nothing before that but its lines, copyrights and blanks.</summary>
    private static bool IsStandard(string text, string standard)
    {
        var head = Differing(text, [standard]);
        if (text.AsSpan().TrimEnd().Length - head.Length < standard.Length / 2) return false;
        foreach (var line in head.EnumerateLines())
        {
            var words = line.Trim();
            if (!words.StartsWith("copyright", StringComparison.OrdinalIgnoreCase) && !words.StartsWith("(c)", StringComparison.OrdinalIgnoreCase) && !words.StartsWith("©", StringComparison.Ordinal) && !standard.AsSpan().Contains(words, StringComparison.Ordinal)) return false;
        }

        return true;
    }

    /// <summary>Its copyright statements: those that are stated, then those of its own texts.</summary>
    public List<string> Copyrights(NoticeComponent component, NoticeChooser.Outcome? choice, IReadOnlyList<NoticeText> own)
    {
        var found = new List<string>();
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in component.Copyrights)
            if (seen.Add(Collapsed(line))) found.Add(line.Trim());
        if (own.Count == 0 && component.Notices.Count == 0) return found;
        // Licences have copyrights of their own, which are not the component's.
        string[] standards = [.. (choice is null ? [] : Ids(choice)).Select(Standard).OfType<string>()];
        foreach (var standard in standards)
        {
            if (!_copyrights.TryGetValue(standard, out var known)) _copyrights.Add(standard, known = [.. Identification.Copyrights.Find(standard).Select(Collapsed)]);
            seen.UnionWith(known);
        }

        foreach (var text in own.Concat(component.Notices))
        {
            foreach (var line in Identification.Copyrights.Find(Differing(text.Text, standards)))
                if (!line.Contains("Free Software Foundation", StringComparison.OrdinalIgnoreCase) && seen.Add(Collapsed(line))) found.Add(line);
        }

        return found;
    }

    /// <summary>A text without the end that it has in common with a standard text, which holds nothing new; that is nearly all of most texts.</summary>
    private static ReadOnlySpan<char> Differing(string text, string[] standards)
    {
        var mine = text.AsSpan().TrimEnd();
        var common = 0;
        foreach (var standard in standards)
        {
            var other = standard.AsSpan().TrimEnd();
            var same = 0;
            while (same < mine.Length && same < other.Length && mine[^(same + 1)] == other[^(same + 1)]) same++;
            common = Math.Max(common, same);
        }

        var end = mine.Length - common;
        var line = mine[end..].IndexOf('\n');
        return line < 0 ? mine : mine[..(end + line)];
    }

    /// <summary>What its own texts want to be shown.</summary>
    public IEnumerable<string> Advertised(IReadOnlyList<NoticeText> own) => own.SelectMany(t => Advertising.Find(t.Text));

    private static string[] Ids(NoticeChooser.Outcome choice) => [.. choice.Used.SelectMany(t => t.Exception is null ? [t.Licence] : new[] { t.Licence, t.Exception }).Distinct(StringComparer.OrdinalIgnoreCase)];

    /// <summary>Whether it is the text of an alternative that was on offer, and of nothing that is used.</summary>
    private static bool IsOfOthers(NoticeText text, string[] needed, NoticeChooser.Outcome choice) =>
        text.Licences.Count > 0 && !text.Licences.Any(l => needed.Any(n => Same(n, l))) && text.Licences.All(l => choice.Offered.Any(t => Same(t.Licence, l) || (t.Exception is { } e && Same(e, l))));

    /// <summary>A header in place of the text is the commonest fault of collected texts.</summary>
    private static bool IsShort(IReadOnlyCollection<NoticeText> own, string standard) => own.Count > 0 && standard.Length > 2_000 && own.Max(t => t.Text.Length) * 3L < standard.Length;

    private string? Standard(string id)
    {
        if (_standard.TryGetValue(id, out var known)) return known;
        return _standard[id] = knowledge.Text(id);
    }

    /// <summary>Whether two identifiers mean the same text: <c>GPL-2.0</c>, <c>GPL-2.0-only</c> and <c>GPL-2.0-or-later</c> do.</summary>
    private static bool Same(string left, string right) => Stem(left).Equals(Stem(right), StringComparison.OrdinalIgnoreCase);

    private static ReadOnlySpan<char> Stem(string id)
    {
        var stem = id.AsSpan().TrimEnd('+');
        if (stem.EndsWith("-only", StringComparison.OrdinalIgnoreCase)) return stem[..^5];
        return stem.EndsWith("-or-later", StringComparison.OrdinalIgnoreCase) ? stem[..^9] : stem;
    }

    private static string Collapsed(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
