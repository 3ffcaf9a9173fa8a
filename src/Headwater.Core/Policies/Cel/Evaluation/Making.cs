namespace Headwater.Core.Policies.Cel.Evaluation;

/// <summary><c>[a, ?b]</c>.</summary>
internal sealed class ListNode(Place place, Node[] elements, bool[] optional) : Node
{
    private readonly bool _hasOptional = optional.Contains(true);

    public override void Evaluate(CelActivation activation, out CelValue result)
    {
        if (!activation.Charge(elements.Length))
        {
            result = place.OutOfSteps();
            return;
        }

        var values = new CelValue[elements.Length];
        var count = 0;
        var pending = default(CelValue);
        for (var i = 0; i < elements.Length; i++)
        {
            elements[i].Evaluate(activation, out var value);
            if (value.IsErrorOrUnknown) pending = pending.IsErrorOrUnknown ? Node.Passed(pending, value) : value;
            else if (!optional[i]) values[count++] = value;
            else if (value.Kind != CelKind.Optional) pending = place.Fail($"An element that is left out when it is none must be optional, and this is {value.TypeOf()}.");
            else if (value.OptionalValue!.HasValue) values[count++] = value.OptionalValue.Value;
        }

        result = pending.IsErrorOrUnknown ? pending : CelValue.Of(CelList.Of(_hasOptional ? values[..count] : values));
    }
}

/// <summary><c>{k: v, ?k: v}</c>.</summary>
internal sealed class MapNode(Place place, (Node Key, Node Value, bool IsOptional)[] entries) : Node
{
    public override void Evaluate(CelActivation activation, out CelValue result)
    {
        if (!activation.Charge(entries.Length * 2))
        {
            result = place.OutOfSteps();
            return;
        }

        var map = new CelMapBuilder(entries.Length);
        var pending = default(CelValue);
        foreach (var (keyNode, valueNode, isOptional) in entries)
        {
            keyNode.Evaluate(activation, out var key);
            valueNode.Evaluate(activation, out var value);
            if (key.IsErrorOrUnknown || value.IsErrorOrUnknown)
            {
                var passed = Passed(key, value);
                pending = pending.IsErrorOrUnknown ? Passed(pending, passed) : passed;
                continue;
            }

            if (isOptional)
            {
                if (value.Kind != CelKind.Optional)
                {
                    pending = place.Fail($"An entry that is left out when it is none must be optional, and this is {value.TypeOf()}.");
                    continue;
                }

                if (!value.OptionalValue!.HasValue) continue;
                value = value.OptionalValue.Value;
            }

            if (map.Add(key, value) is { } wrong && pending.Kind != CelKind.Error) pending = place.Fail(wrong);
        }

        result = pending.IsErrorOrUnknown ? pending : CelValue.Of(map.Build());
    }
}
