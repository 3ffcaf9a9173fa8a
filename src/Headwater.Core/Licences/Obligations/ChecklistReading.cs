using System.Text.RegularExpressions;

namespace Headwater.Core.Licences.Obligations;

/// <summary>What a checklist asks for in one context: conditions that the context decides are gone, the others stand with what they make depend on them.</summary>
internal sealed partial class ChecklistReading(Checklist checklist, string licence, UseContext use, IReadOnlyCollection<string> together)
{
    private static readonly string[] s_none = [];
    private string _useCase = "";

    public IEnumerable<Obligation> Read()
    {
        foreach (var useCase in checklist.Clauses.Where(c => c.Kind == ClauseKind.UseCase))
        {
            if (Applies(useCase.Text, out var conditions) is false) continue;
            _useCase = useCase.Text;
            foreach (var obligation in Duties(useCase.Below, conditions)) yield return obligation;
        }
    }

    /// <summary>What the checklist says of the licence as a whole.</summary>
    public bool Says(string fact) => checklist.Clauses.Any(c => c.Kind == ClauseKind.Fact && c.Quote == fact);

    /// <summary>Whether a use case is one of this context, as far as is known. A use case of combined works takes the place of the plain one when the work is combined.</summary>
    private bool Applies(string useCase, out IReadOnlyList<string> conditions)
    {
        conditions = s_none;
        foreach (var one in useCase.Split(" OR "))
        {
            var (plain, of) = one.IndexOf(" Of ", StringComparison.Ordinal) is var at and >= 0 ? (one[..at], one[(at + 4)..]) : (one, "");
            var wanted = plain switch
            {
                "Source code delivery" => use.Reach is null or Reach.Distributed && use.Delivery is null or Delivery.Source,
                "Binary delivery" => use.Reach is null or Reach.Distributed && use.Delivery is null or Delivery.Binary,
                "Network service" => use.Reach is null or Reach.Network,
                _ => true,
            };
            if (!wanted) continue;
            if (use.Reach is null) conditions = [.. conditions, plain == "Network service" ? "if others use it over a network" : "if others get a copy"];
            if (of.Length == 0)
            {
                if (use.IsCombined == true && checklist.Clauses.Any(c => c.Kind == ClauseKind.UseCase && c.Text == $"{plain} Of Combined work")) continue;
                return true;
            }

            if (use.IsCombined == false) continue;
            if (use.IsCombined is null || of != "Combined work") conditions = [.. conditions, $"if it is a {of}"];
            return true;
        }

        return false;
    }

    /// <summary>The duties of lines that stand together.</summary>
    private List<Obligation> Duties(List<Clause> clauses, IReadOnlyList<string> conditions)
    {
        var duties = new List<Obligation>();
        var attributes = clauses.Where(c => c.Kind == ClauseKind.Attribute).Select(Attribute).ToList();
        for (var i = 0; i < clauses.Count; i++)
        {
            var clause = clauses[i];
            switch (clause.Kind)
            {
                case ClauseKind.Must or ClauseKind.MustNot:
                    duties.Add(Duty(clause, conditions));
                    duties.AddRange(Duties([.. clause.Below.Where(b => b.Kind != ClauseKind.Attribute)], conditions));
                    break;
                case ClauseKind.If or ClauseKind.ExceptIf:
                    var holds = Holds(clause.Text);
                    if (holds == (clause.Kind == ClauseKind.ExceptIf)) break;
                    duties.AddRange(Duties(clause.Below, holds is null ? [.. conditions, $"{(clause.Kind == ClauseKind.If ? "if" : "unless")} {clause.Text}"] : conditions));
                    break;
                case ClauseKind.Either:
                    var end = i + 1;
                    while (end < clauses.Count && clauses[end].Kind == ClauseKind.Or) end++;
                    duties.AddRange(Choice(clauses[i..end], conditions));
                    i = end - 1;
                    break;
                default:
                    break;
            }
        }

        return attributes.Count == 0 ? duties : [.. duties.Select(d => d with { Attributes = [.. d.Attributes.Union(attributes)] })];
    }

    /// <summary>Where something is provided is how it is done, so that it is one duty with that of licences that do not say where.</summary>
    private Obligation Duty(Clause clause, IReadOnlyList<string> conditions)
    {
        const string Where = "In Documentation OR Distribution material";
        var what = Reference().Replace(clause.Text, "").Trim();
        string[] where = what.EndsWith(' ' + Where, StringComparison.Ordinal) ? [Where] : s_none;
        return new Obligation
        {
            Verb = clause.Kind == ClauseKind.Must ? ObligationVerb.Must : ObligationVerb.MustNot, What = where.Length == 0 ? what : what[..^(Where.Length + 1)], Conditions = conditions, Attributes = [.. where, .. Attributes(clause.Below)],
            Sources = [Source(clause)],
        };
    }

    private ObligationSource Source(Clause clause) => new(licence, ObligationOrigin.Checklist, clause.Quote, clause.Line, _useCase);

    private IEnumerable<Obligation> Choice(List<Clause> ways, IReadOnlyList<string> conditions)
    {
        if (!ways.Exists(HasDuty)) return [];
        var open = ways.Where(w => (w.Text.Length == 0 || Holds(w.Text) != false) && !IsClosed(w)).ToList();
        if (open.Count == 0) open = ways;
        var made = open.Select(w => new ObligationWay(w.Text.Length == 0 || Holds(w.Text) == true ? null : $"if {w.Text}", [.. w.Below.Where(b => b.Kind == ClauseKind.Attribute).Select(Attribute)], Duties(w.Below, s_none))).ToList();
        if (made is [{ } only]) return only.Obligations.Select(o => o with { Conditions = [.. conditions, .. only.Condition is null ? s_none : [only.Condition], .. o.Conditions] });
        // Where one way asks for something and the others for nothing, there is a condition and no choice.
        if (made.Where(m => m.Obligations.Count > 0).ToList() is [{ } asks]) return asks.Obligations.Select(o => o with { Conditions = [.. conditions, .. asks.Condition is null ? s_none : [asks.Condition], .. o.Conditions] });
        return [new Obligation { Verb = ObligationVerb.Choose, Conditions = conditions, Ways = made, Sources = [.. made.SelectMany(m => m.Obligations).SelectMany(o => o.Sources).Distinct()] }];
    }

    /// <summary>A way that asks for a shared library is open to those that link so, and is their way.</summary>
    private bool IsClosed(Clause way)
    {
        if (use.Linkage is not (Linkage.Static or Linkage.Dynamic)) return false;
        var shared = way.Below.Exists(b => b.Text == "Use Shared library");
        var relinks = way.Below.Exists(b => b.Text.StartsWith("Permit Relinking", StringComparison.Ordinal));
        return use.Linkage == Linkage.Static ? shared : relinks;
    }

    private static bool HasDuty(Clause clause) => clause.Kind is ClauseKind.Must or ClauseKind.MustNot || clause.Below.Exists(HasDuty);

    /// <summary>How a duty is done: attributes, and those that depend on something.</summary>
    private IEnumerable<string> Attributes(List<Clause> below)
    {
        for (var i = 0; i < below.Count; i++)
        {
            var clause = below[i];
            if (clause.Kind == ClauseKind.Attribute) yield return Attribute(clause);
            else if (clause.Kind is ClauseKind.If or ClauseKind.ExceptIf && !HasDuty(clause) && Holds(clause.Text) != (clause.Kind == ClauseKind.ExceptIf)) yield return $"{(clause.Kind == ClauseKind.If ? "if" : "unless")} {clause.Text}: {string.Join(", ", Attributes(clause.Below))}";
            else if (clause.Kind == ClauseKind.Either)
            {
                var end = i + 1;
                while (end < below.Count && below[end].Kind == ClauseKind.Or) end++;
                var ways = below[i..end].Select(w => (w.Text, Attributes: Attributes(w.Below).ToList())).Where(w => w.Attributes.Count > 0).Select(w => (w.Text.Length > 0 ? $"if {w.Text}: " : "") + string.Join(", ", w.Attributes)).ToList();
                if (ways.Count > 0) yield return $"either {string.Join(" or ", ways)}";
                i = end - 1;
            }
        }
    }

    private string Attribute(Clause clause)
    {
        var below = Attributes(clause.Below).ToList();
        var text = Reference().Replace(clause.Text, "").Trim();
        return below.Count == 0 ? text : $"{text} ({string.Join(", ", below)})";
    }

    /// <summary>Whether a condition holds in this context; null where the context does not say.</summary>
    private bool? Holds(string condition)
    {
        if (condition == "Software modification") return use.IsModified;
        if (condition == "Linked work") return use.IsCombined;
        if (condition.StartsWith("Combined work With ", StringComparison.Ordinal))
            return use.IsCombined == false ? false : use.IsCombined == true && condition["Combined work With ".Length..].Split(" OR ").Any(l => together.Contains(l, StringComparer.OrdinalIgnoreCase)) ? true : null;
        return null;
    }

    /// <summary>What stands in parentheses points to a remark of OSADL's and is no part of the duty.</summary>
    [GeneratedRegex(@"\s*\([A-Z][^)]*\)")]
    private static partial Regex Reference();
}
