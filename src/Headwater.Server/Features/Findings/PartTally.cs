using System.Runtime.InteropServices;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Findings;

/// <summary>
/// Counts what a part of the organisation uses from the lists that are kept with its projects: two million uses take a tenth of a second. First every
/// project's list is added, then what is known of the versions in them, then <see cref="Count"/>.
/// </summary>
internal sealed class PartTally
{
    private readonly List<(long Pv, byte[] Content)> _projects = [];
    private readonly Dictionary<long, int> _place = [];
    private readonly List<int> _componentOf = [];
    private readonly List<List<int>?> _findingsOf = [];
    private readonly Dictionary<long, int> _componentPlace = [];
    private readonly Dictionary<string, int> _advisoryPlace = new(StringComparer.Ordinal);
    private readonly List<PartComponent> _components = [];
    private readonly List<PartAdvisory> _advisories = [];

    /// <summary>The component versions in use.</summary>
    public IReadOnlyCollection<long> Versions => _place.Keys;

    public void AddProject(long pv, byte[] content)
    {
        _projects.Add((pv, content));
        foreach (var id in NodeList.Read(content))
        {
            ref var place = ref CollectionsMarshal.GetValueRefOrAddDefault(_place, id, out var known);
            if (!known) place = _place.Count - 1;
        }
    }

    /// <summary>Makes room for what is known of each version.</summary>
    public void Close()
    {
        CollectionsMarshal.SetCount(_componentOf, _place.Count);
        CollectionsMarshal.AsSpan(_componentOf).Fill(-1);
        CollectionsMarshal.SetCount(_findingsOf, _place.Count);
        CollectionsMarshal.AsSpan(_findingsOf).Clear();
    }

    /// <param name="facts">Coverage, critical, high, medium, low, unassigned, exploited.</param>
    public void AddVersion(long id, long component, ReadOnlySpan<int> facts, double risk)
    {
        if (!_place.TryGetValue(id, out var at)) return;
        ref var place = ref CollectionsMarshal.GetValueRefOrAddDefault(_componentPlace, component, out var known);
        if (!known)
        {
            place = _components.Count;
            _components.Add(new PartComponent { Id = component });
        }

        _componentOf[at] = place;
        var c = _components[place];
        c.Versions++;
        switch ((CoverageState)facts[0])
        {
            case CoverageState.Covered: c.Covered++; break;
            case CoverageState.NotCovered: c.NotCovered++; break;
            case CoverageState.NoVersion: c.NoVersion++; break;
            case CoverageState.Unidentified: c.Unidentified++; break;
            default: c.Pending++; break;
        }

        if (facts[1] + facts[2] + facts[3] + facts[4] + facts[5] > 0) c.Vulnerable++;
        (c.Critical, c.High, c.Medium, c.Low, c.Unassigned, c.Kev) = (c.Critical + facts[1], c.High + facts[2], c.Medium + facts[3], c.Low + facts[4], c.Unassigned + facts[5], c.Kev + facts[6]);
        c.MaxRisk = Math.Max(c.MaxRisk, risk);
    }

    public void AddFinding(PartFinding finding)
    {
        if (!_place.TryGetValue(finding.CvId, out var at)) return;
        ref var place = ref CollectionsMarshal.GetValueRefOrAddDefault(_advisoryPlace, finding.Id, out var known);
        if (!known)
        {
            place = _advisories.Count;
            _advisories.Add(new PartAdvisory(finding.Id));
        }

        _advisories[place].Add(finding);
        (_findingsOf[at] ??= []).Add(place);
    }

    /// <param name="settled">Of a project version: what was decided to be no finding there.</param>
    public PartUsage Count(ILookup<long, (long Version, string Id)> settled)
    {
        // Who was counted for a project already carries its number: nothing is cleared between projects.
        var (seenComponent, seenAdvisory) = (new int[_components.Count], new int[_advisories.Count]);
        for (var p = 0; p < _projects.Count; p++)
        {
            var (pv, content) = _projects[p];
            var decided = settled[pv].ToHashSet();
            foreach (var id in NodeList.Read(content))
            {
                var at = _place[id];
                if (_componentOf[at] is >= 0 and var component && seenComponent[component] != p + 1)
                {
                    seenComponent[component] = p + 1;
                    _components[component].Projects++;
                }

                if (_findingsOf[at] is not { } findings) continue;
                foreach (var advisory in findings)
                {
                    if (seenAdvisory[advisory] == p + 1 || (decided.Count > 0 && decided.Contains((id, _advisories[advisory].Id)))) continue;
                    seenAdvisory[advisory] = p + 1;
                    _advisories[advisory].Projects++;
                }
            }
        }

        foreach (var component in _components) component.Components = component.Versions;
        return new PartUsage([.. _place.Keys.Order()], _components.ToDictionary(c => c.Id), _advisories.Where(a => a.Projects > 0).ToDictionary(a => a.Id, StringComparer.Ordinal));
    }
}
