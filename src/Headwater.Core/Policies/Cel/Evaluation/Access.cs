using Headwater.Core.Policies.Cel.Library;

namespace Headwater.Core.Policies.Cel.Evaluation;

/// <summary><c>e.f</c>, <c>e.?f</c> and <c>has(e.f)</c>.</summary>
internal sealed class SelectNode(Place place, Node operand, string field, bool isTest, bool isOptional) : Node
{
    // The type of record that was here last, with its field; swapped whole.
    private Known? _known;

    public override void Evaluate(CelActivation activation, out CelValue result)
    {
        operand.Evaluate(activation, out result);
        if (result.Kind == CelKind.Record && !isTest && !isOptional)
        {
            var record = result.Record!;
            result = Field(record.CelType) is { } of ? of.Read(record) : NoField(result);
            if (result.Kind == CelKind.Error) result = place.Placed(result);
            return;
        }

        if (!result.IsErrorOrUnknown) result = Select(result);
    }

    private CelValue Select(in CelValue from)
    {
        var optional = isOptional;
        var value = from;
        if (from.Kind == CelKind.Optional)
        {
            if (!from.OptionalValue!.HasValue) return isTest ? CelValue.False : CelOptional.None;
            optional = true;
            value = from.OptionalValue.Value;
        }

        bool there;
        CelValue found;
        switch (value.Kind)
        {
            case CelKind.Map:
                there = value.Map!.TryGet(field, out found);
                break;
            case CelKind.Record:
                if (Field(value.Record!.CelType) is not { } of) return NoField(value);
                found = place.Placed(of.Read(value.Record));
                if (found.IsErrorOrUnknown) return found;
                there = found.Kind != CelKind.Null;
                break;
            default:
                return place.Fail($"A value of type {value.TypeOf()} has no fields.");
        }

        if (isTest) return CelValue.Of(there);
        if (!optional) return there ? found : place.Fail($"No such key: '{CelTime.Shown(field)}'.");
        return !there ? CelOptional.None : found.Kind == CelKind.Optional ? found : CelOptional.Of(found);
    }

    private CelField? Field(CelRecordType type)
    {
        var known = _known;
        if (known is null || !ReferenceEquals(known.Type, type)) _known = known = new Known(type, type.Field(field));
        return known.Field;
    }

    private CelValue NoField(in CelValue of) => place.Fail($"{of.TypeOf().Name} has no field '{CelTime.Shown(field)}'.");

    private sealed record Known(CelRecordType Type, CelField? Field);
}

/// <summary><c>e[i]</c> and <c>e[?i]</c>.</summary>
internal sealed class IndexNode(Place place, Node operand, Node index, bool isOptional) : Node
{
    public override void Evaluate(CelActivation activation, out CelValue result)
    {
        operand.Evaluate(activation, out result);
        index.Evaluate(activation, out var at);
        result = result.IsErrorOrUnknown || at.IsErrorOrUnknown ? Passed(result, at) : activation.ChargeText(at) ? At(result, at) : place.OutOfSteps();
    }

    private CelValue At(in CelValue from, in CelValue at)
    {
        var optional = isOptional;
        var value = from;
        if (from.Kind == CelKind.Optional)
        {
            if (!from.OptionalValue!.HasValue) return CelOptional.None;
            optional = true;
            value = from.OptionalValue.Value;
        }

        CelValue found;
        if (value.Kind == CelKind.Map)
        {
            if (value.Map!.TryGet(at, out found)) return optional ? CelOptional.Of(found) : found;
            return optional ? CelOptional.None : place.Fail($"No such key: {CelTime.Shown(at)}.");
        }

        if (value.Kind != CelKind.List) return place.Fail($"'[]' does not go with {value.TypeOf()} and {at.TypeOf()}.");
        if (!Comparing.IsNumber(at.Kind) || !Comparing.Key(at, out var whole)) return place.Fail($"A list is indexed by whole numbers, and this is {(Comparing.IsNumber(at.Kind) ? CelTime.Shown(at) : at.TypeOf().ToString())}.");
        if (whole.Kind == CelKind.Int && whole.Int >= 0 && whole.Int < value.List!.Count)
        {
            found = value.List[(int)whole.Int];
            return optional ? CelOptional.Of(found) : place.Placed(found);
        }

        return optional ? CelOptional.None : place.Fail($"The index {at} is out of bounds of a list of {value.List!.Count}.");
    }
}

/// <summary><c>cel.bind()</c>, <c>optMap()</c> and <c>optFlatMap()</c>.</summary>
internal sealed class BindNode(Place place, int slot, Node value, Node body, bool isOptional, bool isFlat) : Node
{
    public override void Evaluate(CelActivation activation, out CelValue result)
    {
        value.Evaluate(activation, out result);
        if (isOptional)
        {
            if (result.IsErrorOrUnknown) return;
            if (result.Kind != CelKind.Optional)
            {
                result = place.Fail($"{(isFlat ? "optFlatMap" : "optMap")}() is called on optional values, and this is {result.TypeOf()}.");
                return;
            }

            if (!result.OptionalValue!.HasValue) return;
            result = result.OptionalValue.Value;
        }

        activation.Local(slot) = result;
        body.Evaluate(activation, out result);
        activation.Local(slot) = default;
        if (!isOptional || result.IsErrorOrUnknown) return;
        if (!isFlat) result = CelOptional.Of(result);
        else if (result.Kind != CelKind.Optional) result = place.Fail($"optFlatMap() makes optional values, and this is {result.TypeOf()}.");
    }
}
