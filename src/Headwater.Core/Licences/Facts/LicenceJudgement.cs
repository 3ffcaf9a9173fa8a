using System.Globalization;
using Headwater.Core.Licences.Expressions;

namespace Headwater.Core.Licences.Facts;

/// <summary>What kind of licence stands in an expression, its exception included.</summary>
/// <param name="Category">The category.</param>
/// <param name="Source">Who says so.</param>
/// <param name="Flags">What it has beside that.</param>
/// <param name="AreFlagsComplete">Whether somebody has looked for all flags.</param>
/// <param name="Remark">What must be known of the answer; null for nothing.</param>
public sealed record LicenceJudgement(LicenceCategory Category, LicenceSource Source, IReadOnlyList<LicenceFlagFact> Flags, bool AreFlagsComplete, string? Remark);

/// <summary>Which licences are another kind of licence with an exception.</summary>
internal sealed class ExceptionJudgement
{
    private readonly Dictionary<string, LicenceJudgement> _pairs = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="texts">Each licence with its exception, and behind it the numbers of its category and flags.</param>
    public ExceptionJudgement(IEnumerable<string> texts)
    {
        foreach (var pair in texts.Chunk(2))
        {
            var numbers = pair[1].Split(' ').Select(n => int.Parse(n, CultureInfo.InvariantCulture)).ToList();
            _pairs[pair[0]] = new LicenceJudgement((LicenceCategory)numbers[0], LicenceSource.DoubleOpen, [.. numbers.Skip(1).Select(n => new LicenceFlagFact((LicenceFlag)n, LicenceSource.DoubleOpen))], true, null);
        }
    }

    public LicenceJudgement Judge(LicenceTerm term, LicenceFacts? licence)
    {
        if (_pairs.TryGetValue(term.ToString(), out var together) && together.Category != LicenceCategory.Unclassified) return together;
        var alone = licence is null ? new LicenceJudgement(LicenceCategory.Unclassified, LicenceSource.None, [], false, $"Nothing is known of {term.Licence}.")
            : new LicenceJudgement(licence.Category, licence.CategorySource, licence.Flags, licence.AreFlagsComplete, licence.Category == LicenceCategory.Unclassified ? $"Nobody has classified {term.Licence}." : null);
        return term.Exception is null ? alone : alone with { Remark = $"{(alone.Remark is null ? "" : alone.Remark + " ")}What {term.Exception} changes is not taken into account: read its text." };
    }
}
