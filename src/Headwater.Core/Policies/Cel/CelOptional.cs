namespace Headwater.Core.Policies.Cel;

/// <summary>A value or none.</summary>
internal sealed class CelOptional(CelValue value, bool hasValue)
{
    public static CelValue None { get; } = CelValue.Optional(new CelOptional(default, false));

    public CelValue Value => value;

    public bool HasValue => hasValue;

    public static CelValue Of(in CelValue value) => CelValue.Optional(new CelOptional(value, true));
}
