using System.Collections.Immutable;

namespace Headwater.Core.Policies.Cel.Parsing;

/// <summary>A part of an expression, and where it stands in the source: the place an error is told at.</summary>
internal abstract class Expr
{
    protected Expr(int position, params ReadOnlySpan<Expr?> children)
    {
        Position = position;
        foreach (var child in children)
        {
            if (child is null) continue;
            Parts += child.Parts;
            Depth = Math.Max(Depth, child.Depth + 1);
        }
    }

    public int Position { get; }

    /// <summary>How many parts it has, itself counted.</summary>
    public int Parts { get; } = 1;

    /// <summary>How deep its parts lie in each other.</summary>
    public int Depth { get; } = 1;
}

internal sealed class LiteralExpr(int position, CelValue value) : Expr(position)
{
    public CelValue Value => value;
}

/// <summary>A name. With a leading dot it is never a variable of a macro.</summary>
internal sealed class IdentExpr(int position, string name, bool isRooted = false) : Expr(position)
{
    public string Name => name;

    public bool IsRooted => isRooted;
}

internal sealed class SelectExpr(int position, Expr operand, string name, bool isTest = false, bool isOptional = false) : Expr(position, operand)
{
    public Expr Operand => operand;

    public string Field => name;

    /// <summary>Whether it asks if the field is there: <c>has(e.f)</c>.</summary>
    public bool IsTest => isTest;

    /// <summary><c>e.?f</c>.</summary>
    public bool IsOptional => isOptional;
}

/// <summary>A call of a function or operator (named as in the specification, <c>_+_</c>), with a receiver or without.</summary>
internal sealed class CallExpr(int position, string function, Expr? target, ImmutableArray<Expr> arguments, bool isRooted = false) : Expr(position, [target, .. arguments])
{
    public string Function => function;

    public Expr? Target => target;

    public ImmutableArray<Expr> Arguments => arguments;

    public bool IsRooted => isRooted;
}

/// <summary><c>[a, ?b]</c>: where <paramref name="optional"/> is true, the element is left out when it is none.</summary>
internal sealed class ListExpr(int position, ImmutableArray<Expr> elements, ImmutableArray<bool> optional) : Expr(position, [.. elements])
{
    public ImmutableArray<Expr> Elements => elements;

    public ImmutableArray<bool> Optional => optional;
}

internal readonly record struct MapEntry(Expr Key, Expr Value, bool IsOptional);

internal sealed class MapExpr(int position, ImmutableArray<MapEntry> entries) : Expr(position, [.. entries.SelectMany(e => new[] { e.Key, e.Value })])
{
    public ImmutableArray<MapEntry> Entries => entries;
}

/// <summary><c>Name{field: value}</c>. The host's records are not made by expressions, so it only parses.</summary>
internal sealed class StructExpr(int position, string name, ImmutableArray<(string Field, Expr Value)> fields) : Expr(position, [.. fields.Select(f => f.Value)])
{
    public string Name => name;

    public ImmutableArray<(string Field, Expr Value)> Fields => fields;
}

internal enum Loop : byte { All, Exists, ExistsOne, Map, Filter, TransformList, TransformMap, TransformMapEntry }

/// <summary>A macro that goes through a list or map. It is not unfolded: so it is checked, evaluated and told of as what was written.</summary>
internal sealed class LoopExpr(int position, Loop kind, string macro, Expr range, string first, string? second, Expr? filter, Expr body) : Expr(position, range, filter, body)
{
    public Loop Kind => kind;

    /// <summary>As it was written.</summary>
    public string Macro => macro;

    public Expr Range => range;

    public string First => first;

    public string? Second => second;

    /// <summary>What an element must meet before the body is looked at; of <see cref="Loop.Map"/> and the transforms.</summary>
    public Expr? Filter => filter;

    public Expr Body => body;
}

/// <summary><c>cel.bind(x, value, body)</c>; with <paramref name="isOptional"/> <c>value.optMap(x, body)</c>, and <paramref name="isFlat"/> <c>value.optFlatMap(x, body)</c>.</summary>
internal sealed class BindExpr(int position, string name, Expr value, Expr body, bool isOptional = false, bool isFlat = false) : Expr(position, value, body)
{
    public string Name => name;

    public Expr Value => value;

    public Expr Body => body;

    public bool IsOptional => isOptional;

    public bool IsFlat => isFlat;
}
