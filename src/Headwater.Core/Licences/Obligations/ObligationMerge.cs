namespace Headwater.Core.Licences.Obligations;

/// <summary>Collects duties, each once with all clauses behind it. A duty that is one way of a choice already is part of that choice.</summary>
internal sealed class ObligationMerge
{
    private readonly List<Obligation> _all = [];
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);

    public IReadOnlyList<Obligation> All => _all;

    public void Add(Obligation obligation)
    {
        if (_places.TryGetValue(obligation.Key, out var place)) Join(place, obligation);
        else if (Wider(obligation) is var wider and >= 0) Join(wider, obligation);
        else if (obligation.Sources[0].Origin == ObligationOrigin.Handbook && OfChoice(obligation) is var choice and >= 0) Join(choice, obligation with { Attributes = [] });
        else
        {
            _places[obligation.Key] = _all.Count;
            _all.Add(obligation);
        }
    }

    /// <summary>The duty that is owed in more cases than this one and asks for as much.</summary>
    private int Wider(Obligation obligation) => obligation.Verb == ObligationVerb.Choose || obligation.Conditions.Count == 0 ? -1
        : _all.FindIndex(o => o.Verb == obligation.Verb && o.What == obligation.What && o.Conditions.Count < obligation.Conditions.Count && o.Conditions.All(obligation.Conditions.Contains) && obligation.Attributes.All(o.Attributes.Contains));

    /// <summary>The choice of the same licence that has the same duty as one of its ways.</summary>
    private int OfChoice(Obligation obligation) => _all.FindIndex(o => o.Verb == ObligationVerb.Choose && o.Sources.Any(s => s.Licence == obligation.Sources[0].Licence) && Has(o, obligation));

    private static bool Has(Obligation choice, Obligation duty) => choice.Ways.Any(w => w.Obligations.Any(o => (o.Verb == duty.Verb && o.What == duty.What) || Has(o, duty)));

    private void Join(int place, Obligation more)
    {
        var known = _all[place];
        _all[place] = known with { Attributes = [.. known.Attributes.Union(more.Attributes)], Sources = [.. known.Sources.Union(more.Sources)] };
    }
}
