using Headwater.Core.Policies.Cel.Parsing;

namespace Headwater.Core.Policies.Cel.Evaluation;

/// <summary>What a loop goes through.</summary>
internal readonly struct Elements(in CelValue range)
{
    private readonly CelList? _list = range.List;
    private readonly CelMap? _map = range.Map;

    public bool Are => _list is not null || _map is not null;

    public bool AreOfMap => _map is not null;

    public int Count => _list?.Count ?? _map!.Count;

    /// <summary>With one variable, the element or key; with two, index or key and the element.</summary>
    public void Set(CelActivation activation, int slot, bool two, int i)
    {
        if (_list is not null)
        {
            if (two)
            {
                activation.Local(slot) = CelValue.Of((long)i);
                activation.Local(slot + 1) = _list[i];
            }
            else
            {
                activation.Local(slot) = _list[i];
            }
        }
        else
        {
            activation.Local(slot) = _map!.KeyAt(i);
            if (two) activation.Local(slot + 1) = _map.ValueAt(i);
        }
    }
}

/// <summary><c>all()</c>, <c>exists()</c> and <c>exists_one()</c>.</summary>
internal sealed class QuantifierNode(Place place, Loop kind, string macro, Node range, Node body, int slot, bool two, int cost) : ConditionNode
{
    public override Truth Test(CelActivation activation, out CelValue other)
    {
        range.Evaluate(activation, out other);
        if (other.IsErrorOrUnknown) return Truth.Other;
        var elements = new Elements(other);
        if (!elements.Are)
        {
            other = place.Fail($"{macro}() goes through lists and maps, and this is {other.TypeOf()}.");
            return Truth.Other;
        }

        var pending = default(CelValue);
        var isPending = false;
        var found = 0;
        for (var i = 0; i < elements.Count; i++)
        {
            if (!activation.Charge(cost))
            {
                other = place.OutOfSteps();
                return Truth.Other;
            }

            elements.Set(activation, slot, two, i);
            var truth = body.Test(activation, out other);
            if (truth == Truth.True)
            {
                if (kind == Loop.Exists) return Truth.True;
                found++;
            }
            else if (truth == Truth.False)
            {
                if (kind == Loop.All) return Truth.False;
            }
            else
            {
                // The number of those that hold is not known as long as one is an error, whatever is unknown.
                if (!other.IsErrorOrUnknown) other = place.Fail($"The condition of {macro}() must be bool, and this is {other.TypeOf()}.");
                if ((kind == Loop.ExistsOne && other.Kind == CelKind.Error) || !LogicNode.Pend(ref pending, ref isPending, other, place, macro)) return Truth.Other;
            }
        }

        other = pending;
        if (isPending) return Truth.Other;
        return kind switch { Loop.All => Truth.True, Loop.Exists => Truth.False, _ => found == 1 ? Truth.True : Truth.False };
    }
}

/// <summary><c>map()</c>, <c>filter()</c> and <c>transformList()</c>.</summary>
internal sealed class ListLoopNode(Place place, Loop kind, string macro, Node range, Node? filter, Node body, int slot, bool two, int cost) : Node
{
    public override void Evaluate(CelActivation activation, out CelValue result)
    {
        range.Evaluate(activation, out result);
        if (result.IsErrorOrUnknown) return;
        var elements = new Elements(result);
        if (!elements.Are)
        {
            result = place.Fail($"{macro}() goes through lists and maps, and this is {result.TypeOf()}.");
            return;
        }

        var count = elements.Count;
        var values = filter is null && kind != Loop.Filter ? new CelValue[Math.Min(count, activation.Limits.ListLength)] : new CelValue[Math.Min(count, 4)];
        var taken = 0;
        var unknown = default(CelValue);
        for (var i = 0; i < count; i++)
        {
            if (!activation.Charge(cost))
            {
                result = place.OutOfSteps();
                return;
            }

            elements.Set(activation, slot, two, i);
            CelValue value;
            if (kind == Loop.Filter || filter is not null)
            {
                var truth = (kind == Loop.Filter ? body : filter!).Test(activation, out value);
                if (truth == Truth.False) continue;
                if (truth == Truth.Other)
                {
                    if (value.Kind == CelKind.Unknown)
                    {
                        unknown = unknown.Kind == CelKind.Unknown ? Passed(unknown, value) : value;
                        continue;
                    }

                    result = value.Kind == CelKind.Error ? value : place.Fail($"The condition of {macro}() must be bool, and this is {value.TypeOf()}.");
                    return;
                }
            }

            if (kind == Loop.Filter) value = activation.Local(two ? slot + 1 : slot);
            else body.Evaluate(activation, out value);
            if (value.Kind == CelKind.Error)
            {
                result = place.Placed(value);
                return;
            }

            if (value.Kind == CelKind.Unknown)
            {
                unknown = unknown.Kind == CelKind.Unknown ? Passed(unknown, value) : value;
                continue;
            }

            if (taken == activation.Limits.ListLength)
            {
                result = place.Limit($"The list is longer than {activation.Limits.ListLength:N0}.");
                return;
            }

            if (taken == values.Length) Array.Resize(ref values, Math.Max(4, taken * 2));
            values[taken++] = value;
        }

        result = unknown.Kind == CelKind.Unknown ? unknown : CelValue.Of(CelList.Of(taken == values.Length ? values : values[..taken]));
    }
}

/// <summary><c>transformMap()</c> and <c>transformMapEntry()</c>.</summary>
internal sealed class MapLoopNode(Place place, Loop kind, string macro, Node range, Node? filter, Node body, int slot, int cost) : Node
{
    public override void Evaluate(CelActivation activation, out CelValue result)
    {
        range.Evaluate(activation, out result);
        if (result.IsErrorOrUnknown) return;
        var elements = new Elements(result);
        if (!elements.Are)
        {
            result = place.Fail($"{macro}() goes through lists and maps, and this is {result.TypeOf()}.");
            return;
        }

        var map = new CelMapBuilder(Math.Min(elements.Count, 1024));
        var unknown = default(CelValue);
        for (var i = 0; i < elements.Count; i++)
        {
            if (!activation.Charge(cost))
            {
                result = place.OutOfSteps();
                return;
            }

            elements.Set(activation, slot, two: true, i);
            var value = default(CelValue);
            var truth = filter?.Test(activation, out value) ?? Truth.True;
            if (truth == Truth.False) continue;
            if (truth == Truth.True) body.Evaluate(activation, out value);
            else if (!value.IsErrorOrUnknown) value = place.Fail($"The condition of {macro}() must be bool, and this is {value.TypeOf()}.");
            if (value.Kind == CelKind.Unknown)
            {
                unknown = unknown.Kind == CelKind.Unknown ? Passed(unknown, value) : value;
                continue;
            }

            if (value.Kind != CelKind.Error) value = Add(map, activation, value);
            if (value.Kind == CelKind.Error)
            {
                result = place.Placed(value);
                return;
            }
        }

        result = unknown.Kind == CelKind.Unknown ? unknown : CelValue.Of(map.Build());
    }

    private CelValue Add(CelMapBuilder map, CelActivation activation, in CelValue value)
    {
        if (map.Count >= activation.Limits.ListLength) return place.Limit($"The map is larger than {activation.Limits.ListLength:N0}.");
        if (kind == Loop.TransformMap) return map.Add(activation.Local(slot), value) is { } wrong ? place.Fail(wrong) : default;
        if (value.Map is not { } made) return place.Fail($"{macro}() makes entries of maps, and this is {value.TypeOf()}.");
        if (!activation.Charge(made.Count)) return place.OutOfSteps();
        for (var i = 0; i < made.Count; i++)
        {
            if (map.Add(made.KeyAt(i), made.ValueAt(i)) is { } repeated) return place.Fail(repeated);
        }

        return default;
    }
}
