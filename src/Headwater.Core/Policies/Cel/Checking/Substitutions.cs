using System.Collections.Immutable;

namespace Headwater.Core.Policies.Cel.Checking;

/// <summary>
/// What the parameters of types stand for, as far as the expression has said so, and which types may stand for which. The rules are those of the reference implementation:
/// a parameter takes the more general of what it meets, <c>dyn</c> goes with everything, and <c>null</c> with records, durations, timestamps and abstract types.
/// </summary>
internal sealed class Substitutions
{
    // A larger type is one that somebody made to be large; it is dyn then.
    private const int MaxSize = 1000;

    private readonly Dictionary<string, CelType> _types = new(StringComparer.Ordinal);
    private readonly List<(string Name, CelType? Before)> _changes = [];
    private int _fresh;

    public CelType Fresh() => CelType.Parameter($"#{++_fresh}");

    /// <summary>Whether values of the one type may stand for the other; remembers what that says of parameters when they may.</summary>
    public bool IsAssignable(CelType from, CelType to) => IsAssignable([from], [to]);

    public bool IsAssignable(ReadOnlySpan<CelType> from, ReadOnlySpan<CelType> to)
    {
        if (from.Length != to.Length) return false;
        _changes.Clear();
        for (var i = 0; i < from.Length; i++)
        {
            if (Goes(from[i], to[i])) continue;
            Undo();
            return false;
        }

        return true;
    }

    private void Set(string parameter, CelType type)
    {
        _changes.Add((parameter, _types.GetValueOrDefault(parameter)));
        _types[parameter] = type;
    }

    private void Undo()
    {
        for (var i = _changes.Count - 1; i >= 0; i--)
        {
            if (_changes[i].Before is { } before) _types[_changes[i].Name] = before;
            else _types.Remove(_changes[i].Name);
        }
    }

    /// <summary>The type with its parameters replaced; those that stand for nothing stay, or become <c>dyn</c>.</summary>
    public CelType Resolve(CelType type, bool toDyn)
    {
        if (type.TypeKind == TypeKind.Parameter) return _types.TryGetValue(type.Name, out var found) ? Resolve(found, toDyn) : toDyn ? CelType.Dyn : type;
        if (type.Parameters.IsEmpty) return type;
        var resolved = Rebuilt(type, [.. type.Parameters.Select(p => Resolve(p, toDyn))]);
        return resolved.Size > MaxSize ? CelType.Dyn : resolved;
    }

    /// <summary>The overload's types with parameters of their own.</summary>
    public (CelType Result, ImmutableArray<CelType> Parameters) Instance(CelOverload overload)
    {
        if (!overload.HasTypeParameters) return (overload.Result, overload.Parameters);
        var names = new Dictionary<string, CelType>(StringComparer.Ordinal);
        return (Renamed(overload.Result), [.. overload.Parameters.Select(Renamed)]);

        CelType Renamed(CelType type)
        {
            if (type.TypeKind != TypeKind.Parameter) return type.Parameters.IsEmpty ? type : Rebuilt(type, [.. type.Parameters.Select(Renamed)]);
            if (!names.TryGetValue(type.Name, out var fresh)) names[type.Name] = fresh = Fresh();
            return fresh;
        }
    }

    /// <summary>What both are: the more general where one may stand for the other, else <c>dyn</c>.</summary>
    public CelType Join(CelType? a, CelType b) => a is null ? b : IsAssignable(a, b) ? MostGeneral(a, b) : CelType.Dyn;

    private static CelType Rebuilt(CelType type, ImmutableArray<CelType> parameters) => type.TypeKind switch
    {
        TypeKind.List => CelType.List(parameters[0]),
        TypeKind.Map => CelType.Map(parameters[0], parameters[1]),
        TypeKind.Type => CelType.Type(parameters[0]),
        _ => CelType.Abstract(type.Name, parameters),
    };

    private bool Goes(CelType a, CelType b)
    {
        if (b.TypeKind == TypeKind.Parameter)
        {
            var (valid, isSet) = Substitute(a, b);
            if (valid) return true;
            if (isSet) return false;
        }

        if (a.TypeKind == TypeKind.Parameter) return Substitute(b, a).Valid;
        if (a.TypeKind == TypeKind.Dyn || b.TypeKind == TypeKind.Dyn) return true;
        if (a.TypeKind == TypeKind.Null) return MayBeNull(b);
        if (b.TypeKind == TypeKind.Null) return MayBeNull(a);
        if (a.TypeKind != b.TypeKind) return false;
        return a.TypeKind switch
        {
            TypeKind.Type => true,
            TypeKind.Record => ReferenceEquals(a.RecordType, b.RecordType),
            TypeKind.Abstract => a.Name == b.Name && All(a, b),
            _ => All(a, b),
        };
    }

    private bool All(CelType a, CelType b)
    {
        if (a.Parameters.Length != b.Parameters.Length) return false;
        for (var i = 0; i < a.Parameters.Length; i++)
        {
            if (!Goes(a.Parameters[i], b.Parameters[i])) return false;
        }

        return true;
    }

    private static bool MayBeNull(CelType type) => type.IsNullable || type.TypeKind is TypeKind.Null or TypeKind.Record or TypeKind.Duration or TypeKind.Timestamp or TypeKind.Abstract;

    /// <summary>Whether a type may be what a parameter stands for.</summary>
    private (bool Valid, bool IsSet) Substitute(CelType type, CelType parameter)
    {
        if (type.Equals(parameter)) return (true, true);
        if (_types.TryGetValue(parameter.Name, out var known))
        {
            if (type.Equals(known)) return (true, true);
            if (!Goes(type, known)) return (false, true);
            var general = MostGeneral(type, known);
            if (!Occurs(parameter, general)) Set(parameter.Name, general);
            return (true, true);
        }

        if (Occurs(parameter, type)) return (false, false);
        Set(parameter.Name, type);
        return (true, false);
    }

    private bool Occurs(CelType parameter, CelType within)
    {
        if (within.TypeKind == TypeKind.Parameter) return within.Name == parameter.Name || (_types.TryGetValue(within.Name, out var known) && Occurs(parameter, known));
        return within.Parameters.Any(p => Occurs(parameter, p));
    }

    /// <summary>Of two types that go together; beside a type that <c>null</c> goes with, that type.</summary>
    private static CelType MostGeneral(CelType a, CelType b) => a.TypeKind == TypeKind.Null && b.TypeKind != TypeKind.Dyn ? b : b.TypeKind == TypeKind.Null && a.TypeKind != TypeKind.Dyn ? a : IsAsGeneral(a, b) ? a : b;

    private static bool IsAsGeneral(CelType a, CelType b)
    {
        if (a.TypeKind is TypeKind.Dyn or TypeKind.Parameter) return true;
        if (b.TypeKind is TypeKind.Dyn or TypeKind.Parameter || a.TypeKind != b.TypeKind) return false;
        switch (a.TypeKind)
        {
            case TypeKind.Type:
                return true;
            case TypeKind.List or TypeKind.Map or TypeKind.Abstract:
                if (a.Name != b.Name || a.Parameters.Length != b.Parameters.Length) return false;
                for (var i = 0; i < a.Parameters.Length; i++)
                {
                    if (!IsAsGeneral(a.Parameters[i], b.Parameters[i])) return false;
                }

                return true;
            default:
                return a.Equals(b) || a.IsNullable;
        }
    }
}
