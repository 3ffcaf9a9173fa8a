namespace Headwater.Core.Policies.Cel;

/// <summary>A variable that expressions may name.</summary>
public sealed class CelVariable
{
    internal CelVariable(string name, CelType type, int index, Func<object, CelValue>? read) => (Name, Type, Index, Read) = (name, type, index, read);

    /// <summary>The name, perhaps with dots in it.</summary>
    public string Name { get; }

    /// <summary>The type.</summary>
    public CelType Type { get; }

    /// <summary>Its place in an activation.</summary>
    internal int Index { get; }

    /// <summary>Reads it from the subject of an activation; null when it is set there.</summary>
    internal Func<object, CelValue>? Read { get; }
}
