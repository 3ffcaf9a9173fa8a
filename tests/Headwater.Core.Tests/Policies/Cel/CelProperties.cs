using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Headwater.Core.Policies.Cel;
using Headwater.Core.Policies.Cel.Library;
using Headwater.Core.Policies.Cel.Parsing;

namespace Headwater.Core.Tests.Policies.Cel;

/// <summary>What holds for all values and expressions.</summary>
public sealed class CelProperties
{
    private static readonly Config s_config = Config.QuickThrowOnFailure.WithMaxTest(1000);

    private static readonly Gen<long> s_long = Gen.OneOf(Gen.Choose(-20, 20).Select(i => (long)i), Gen.Elements(long.MinValue, long.MinValue + 1, long.MaxValue, long.MaxValue - 1, int.MaxValue, 3037000499, 3037000500), ArbMap.Default.GeneratorFor<long>());

    private static readonly Gen<ulong> s_ulong = Gen.OneOf(Gen.Choose(0, 20).Select(i => (ulong)i), Gen.Elements(ulong.MaxValue, ulong.MaxValue - 1, 4294967296UL, 4294967295UL), ArbMap.Default.GeneratorFor<ulong>());

    private static readonly Gen<string> s_text = Gen.Elements("a", "b", "é", "z", "\uE000", "\uFFFD", "😀", "😁", "𐀀", " ", "").ListOf().Select(l => string.Concat(l));

    [Theory]
    [InlineData('+')]
    [InlineData('-')]
    [InlineData('*')]
    [InlineData('/')]
    [InlineData('%')]
    public void Arithmetic_OfWholeNumbers_IsExactOrAnError(char sign)
    {
        var ints = Program($"x {sign} y", CelType.Int);
        Prop.ForAll(s_long.Zip(s_long).ToArbitrary(), p => Agrees(ints(CelValue.Of(p.Item1), CelValue.Of(p.Item2)), sign, p.Item1, p.Item2, long.MinValue, long.MaxValue, v => v.Int)).Check(s_config);
        var uints = Program($"x {sign} y", CelType.Uint);
        Prop.ForAll(s_ulong.Zip(s_ulong).ToArbitrary(), p => Agrees(uints(CelValue.Of(p.Item1), CelValue.Of(p.Item2)), sign, p.Item1, p.Item2, 0, ulong.MaxValue, v => v.Uint)).Check(s_config);
    }

    [Fact]
    public void Order_OfNumbersAndTexts_IsTotalAndGoesWithEquality()
    {
        // Beyond 2^53 the suite compares whole numbers with doubles as doubles, where several are equal to one.
        var number = Gen.OneOf(Gen.Choose(-1000, 1000).Select(i => CelValue.Of((long)i)), Gen.Choose(0, 1000).Select(i => CelValue.Of((ulong)i)), Gen.Choose(-4000, 4000).Select(i => CelValue.Of(i / 4.0)));
        var same = Gen.OneOf(number.Three(), s_text.Select(CelValue.Of).Three(), Gen.Choose(-5, 5).Select(i => CelValue.Duration(i)).Three(), Gen.Choose(-5, 5).Zip(Gen.Choose(0, 3)).Select(p => CelValue.Timestamp(p.Item1, p.Item2)).Three());
        var (less, lessOrEqual, equal) = (Program("x < y", CelType.Dyn), Program("x <= y", CelType.Dyn), Program("x == y", CelType.Dyn));
        Prop.ForAll(same.ToArbitrary(), t =>
        {
            var (a, b, c) = t;
            (less(a, b).IsTrue ? 1 : 0 + (equal(a, b).IsTrue ? 1 : 0) + (less(b, a).IsTrue ? 1 : 0)).ShouldBe(1);
            lessOrEqual(a, b).IsTrue.ShouldBe(less(a, b).IsTrue || equal(a, b).IsTrue);
            if (lessOrEqual(a, b).IsTrue && lessOrEqual(b, c).IsTrue) lessOrEqual(a, c).IsTrue.ShouldBeTrue();
            if (equal(a, b).IsTrue) a.GetHashCode().ShouldBe(b.GetHashCode());
        }).Check(s_config);
    }

    [Fact]
    public void Logic_OfAnyTermsInAnyOrder_ComesToTheSame()
    {
        var names = (string[])["t", "f", "e", "u", "v"];
        var environment = CelEnvironment.Standard.With(b =>
        {
            foreach (var name in names) b.Variable(name, CelType.Bool);
        });
        var activation = new CelActivation(environment);
        foreach (var (name, value) in names.Zip((CelValue[])[CelValue.True, CelValue.False, CelValue.Failed("e"), CelValue.Unknown(new CelUnknowns("u")), CelValue.Unknown(new CelUnknowns("v"))])) activation.Set(name, value);

        Prop.ForAll(Gen.Elements(names).NonEmptyListOf().Zip(Gen.Elements("&&", "||")).ToArbitrary(), p =>
        {
            var (terms, sign) = p;
            var deciding = sign == "&&" ? "f" : "t";
            var unknown = terms.Where(t => t is "u" or "v").Distinct().Order().ToArray();
            foreach (var source in (string[])[string.Join($" {sign} ", terms), string.Join($" {sign} ", Enumerable.Reverse(terms)), terms.Aggregate((a, b) => $"({a} {sign} {b})"), Enumerable.Reverse(terms).Aggregate((a, b) => $"({b} {sign} {a})"),
                $"[{string.Join(", ", terms.Select(t => $"'{t}'"))}].{(sign == "&&" ? "all" : "exists")}(x, x == 't' ? t : x == 'f' ? f : x == 'e' ? e : x == 'u' ? u : v)"])
            {
                var result = environment.Compile(source).Program!.Evaluate(activation);
                if (terms.Contains(deciding)) result.ShouldBe(CelValue.Of(sign == "||"), source);
                else if (unknown.Length > 0) string.Join(',', result.Unknowns!.Paths).ShouldBe(string.Join(',', unknown), source);
                else if (terms.Contains("e")) result.Kind.ShouldBe(CelKind.Error, source);
                else result.ShouldBe(CelValue.Of(sign == "&&"), source);
            }
        }).Check(s_config);
    }

    [Fact]
    public void Maps_NumbersAsKeys_AreTheSameKeyWhateverTheirType()
    {
        var number = Gen.Choose(-30, 30).SelectMany(i => i < 0 ? Gen.Constant(CelValue.Of((long)i)) : Gen.Elements(CelValue.Of((long)i), CelValue.Of((ulong)i)));
        Prop.ForAll(number.ListOf().ToArbitrary(), keys =>
        {
            var distinct = keys.GroupBy(k => k.Kind == CelKind.Int ? k.Int : (long)k.Uint).Select(g => g.First()).ToArray();
            var map = CelMap.Of([.. distinct.Select((k, i) => KeyValuePair.Create(k, CelValue.Of((long)i)))]);
            for (var i = -31; i <= 31; i++)
            {
                var there = distinct.Any(k => k == CelValue.Of((long)i));
                map.TryGet(CelValue.Of((long)i), out _).ShouldBe(there);
                map.TryGet(CelValue.Of((double)i), out _).ShouldBe(there);
                map.TryGet(CelValue.Of(i + 0.5), out _).ShouldBeFalse();
                if (i >= 0) map.TryGet(CelValue.Of((ulong)i), out _).ShouldBe(there);
            }
        }).Check(s_config);
    }

    [Fact]
    public void Numbers_Written_ReadAsTheSame()
    {
        Prop.ForAll(Gen.OneOf(ArbMap.Default.GeneratorFor<double>(), s_long.Select(BitConverter.Int64BitsToDouble)).ToArbitrary(), value =>
        {
            if (double.IsNaN(value)) return;
            foreach (var text in (string[])[Numbers.General(value), Numbers.Plain(value), Numbers.Scientific(value, 17)])
            {
                Numbers.TryDouble(text, out var read).ShouldBeTrue(text);
                read.ShouldBe(value, text);
            }

            if (Math.Abs(value) < 1e12) Math.Abs(decimal.Parse(Numbers.Fixed(value, 6), CultureInfo.InvariantCulture) - (decimal)value).ShouldBeLessThanOrEqualTo(0.0000006m);
        }).Check(s_config);
    }

    [Fact]
    public void Times_WrittenAndMoved_ComeBack()
    {
        var moment = Gen.Choose(0, int.MaxValue).Zip(Gen.Choose(0, 999_999_999)).Select(p => CelValue.Timestamp(CelTime.MinSeconds + (p.Item1 * 146L), p.Item2)).Where(t => t.Kind == CelKind.Timestamp);
        Prop.ForAll(moment.Zip(s_long).ToArbitrary(), p =>
        {
            var (at, by) = p;
            CelTime.ReadTimestamp(at.ToString()).ShouldBe(at);
            CelTime.ReadDuration(CelTime.Write(by)).DurationNanoseconds.ShouldBe(by);
            var moved = CelTime.Add(at, by);
            if (moved.Kind == CelKind.Timestamp)
            {
                CelTime.Between(moved, at).DurationNanoseconds.ShouldBe(by);
                CelTime.Add(moved, -(Int128)by).ShouldBe(at);
            }

            var civil = new CivilTime(at.TimestampSeconds);
            var platform = DateTime.UnixEpoch.AddSeconds(at.TimestampSeconds);
            (civil.Year, civil.Month, civil.Day, civil.Hour, civil.Minute, civil.Second, civil.DayOfWeek, civil.DayOfYear).ShouldBe((platform.Year, platform.Month, platform.Day, platform.Hour, platform.Minute, platform.Second, (int)platform.DayOfWeek, platform.DayOfYear - 1));
        }).Check(s_config);
    }

    [Fact]
    public void Texts_ByPlaces_AreCodePoints()
    {
        Prop.ForAll(s_text.Zip(s_text).Zip(Gen.Choose(0, 12)).Zip(Gen.Choose(0, 12)).ToArbitrary(), p =>
        {
            var (((text, part), from), to) = p;
            var runes = text.EnumerateRunes().ToArray();
            Value($"size({Quoted(text)})").Int.ShouldBe(runes.Length);
            Value($"{Quoted(text)}.reverse()").String.ShouldBe(Joined(runes.Reverse()));
            var substring = Value($"{Quoted(text)}.substring({from}, {to})");
            if (from <= to && to <= runes.Length) substring.String.ShouldBe(Joined(runes[from..to]));
            else substring.Kind.ShouldBe(CelKind.Error);
            var character = Value($"{Quoted(text)}.charAt({from})");
            if (from <= runes.Length) character.String.ShouldBe(Joined(runes.Skip(from).Take(1)));
            else character.Kind.ShouldBe(CelKind.Error);
            var sought = part.EnumerateRunes().ToArray();
            var places = Enumerable.Range(0, runes.Length + 1).Where(i => runes.AsSpan(i).StartsWith(sought)).ToArray();
            Value($"{Quoted(text)}.indexOf({Quoted(part)})").Int.ShouldBe(places.FirstOrDefault(-1));
            Value($"{Quoted(text)}.lastIndexOf({Quoted(part)})").Int.ShouldBe(places.LastOrDefault(-1));
            if (from <= runes.Length)
            {
                Value($"{Quoted(text)}.indexOf({Quoted(part)}, {from})").Int.ShouldBe(places.Where(i => i >= from).FirstOrDefault(-1));
                Value($"{Quoted(text)}.lastIndexOf({Quoted(part)}, {from})").Int.ShouldBe(places.Where(i => i <= from).LastOrDefault(-1));
            }

            Value($"{Quoted(text)}.split({Quoted(part)}).join({Quoted(part)})").String.ShouldBe(text);
            if (part.Length > 0) Value($"{Quoted(text)}.replace({Quoted(part)}, 'X')").String.ShouldBe(text.Replace(part, "X", StringComparison.Ordinal));
        }).Check(s_config.WithMaxTest(300));

        static string Joined(IEnumerable<Rune> runes) => string.Concat(runes.Select(r => r.ToString()));
        static string Quoted(string text) => TextFunctions.Quote(text);
        static CelValue Value(string source) => Expressions.Value(source);
    }

    [Fact]
    public void Expression_PrintedAndRead_IsTheSameExpression()
    {
        Prop.ForAll(Gen.Sized(size => Expression(Math.Min(size, 5))).ToArbitrary(), expression =>
        {
            var printed = Printer.Print(expression);
            Dump(Parser.Parse(printed, CelLimits.Default)).ShouldBe(Dump(expression), printed);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
    }

    private static void Agrees(CelValue result, char sign, BigInteger x, BigInteger y, BigInteger least, BigInteger most, Func<CelValue, BigInteger> value)
    {
        if (sign is '/' or '%' && y.IsZero)
        {
            result.Kind.ShouldBe(CelKind.Error);
            return;
        }

        var exact = sign switch { '+' => x + y, '-' => x - y, '*' => x * y, '/' => BigInteger.Divide(x, y), _ => BigInteger.Remainder(x, y) };
        // The remainder of the least int by -1 is refused with its quotient.
        if (exact < least || exact > most || (sign == '%' && x == long.MinValue && y == -1)) result.Error.ShouldNotBeNull($"{x} {sign} {y}");
        else value(result).ShouldBe(exact, $"{x} {sign} {y}");
    }

    private static Func<CelValue, CelValue, CelValue> Program(string source, CelType type)
    {
        var environment = CelEnvironment.Standard.With(b => b.Variable("x", type).Variable("y", type));
        var program = environment.Compile(source).Program!;
        var activation = new CelActivation(environment);
        return (x, y) =>
        {
            activation.Set("x", x);
            activation.Set("y", y);
            return program.Evaluate(activation);
        };
    }

    private static Gen<Expr> Expression(int size)
    {
        var leaf = Gen.OneOf<Expr>(
            Gen.Elements("a", "b", "size").Select(n => (Expr)new IdentExpr(0, n)),
            Gen.Constant((Expr)new IdentExpr(0, "root", isRooted: true)),
            s_long.Select(l => (Expr)new LiteralExpr(0, CelValue.Of(l))),
            s_ulong.Select(l => (Expr)new LiteralExpr(0, CelValue.Of(l))),
            ArbMap.Default.GeneratorFor<double>().Where(double.IsFinite).Select(d => (Expr)new LiteralExpr(0, CelValue.Of(d))),
            s_text.Select(s => (Expr)new LiteralExpr(0, CelValue.Of(s + "\"\\\n\t"))),
            ArbMap.Default.GeneratorFor<byte[]>().Select(b => (Expr)new LiteralExpr(0, CelValue.Of(b))),
            Gen.Elements(CelValue.True, CelValue.False, CelValue.Null).Select(v => (Expr)new LiteralExpr(0, v)));
        if (size <= 0) return leaf;
        var inner = Expression(size - 1);
        return Gen.OneOf(leaf,
            Gen.Elements(Operators.Add, Operators.Subtract, Operators.Multiply, Operators.Modulo, Operators.Less, Operators.Equal, Operators.In).Zip(inner.Two()).Select(p => Call(p.Item1, p.Item2.Item1, p.Item2.Item2)),
            Gen.Elements(Operators.And, Operators.Or).Zip(inner.Three()).Select(p => Call(p.Item1, p.Item2.Item1, p.Item2.Item2, p.Item2.Item3)),
            inner.Select(e => Call(Operators.Not, e)),
            inner.Select(e => Call(Operators.Negate, e)),
            inner.Three().Select(t => Call(Operators.Conditional, t.Item1, t.Item2, t.Item3)),
            inner.Two().Zip(Gen.Elements(Operators.Index, Operators.OptionalIndex)).Select(p => Call(p.Item2, p.Item1.Item1, p.Item1.Item2)),
            inner.Zip(Gen.Elements("f", "in", "with-dash", "while")).Select(p => (Expr)new SelectExpr(0, p.Item1, p.Item2)),
            inner.Select(e => (Expr)new SelectExpr(0, e, "f", isTest: true)),
            inner.Select(e => (Expr)new SelectExpr(0, e, "f", isOptional: true)),
            inner.Two().Select(t => (Expr)new CallExpr(0, "f", t.Item1, [t.Item2])),
            inner.Two().Select(t => (Expr)new ListExpr(0, [t.Item1, t.Item2], [true, false])),
            inner.Two().Select(t => (Expr)new MapExpr(0, [new MapEntry(t.Item1, t.Item2, false)])),
            inner.Three().Select(t => (Expr)new LoopExpr(0, Loop.Map, "map", t.Item1, "x", null, t.Item2, t.Item3)),
            inner.Two().Select(t => (Expr)new LoopExpr(0, Loop.Exists, "exists", t.Item1, "i", "v", null, t.Item2)),
            inner.Two().Select(t => (Expr)new BindExpr(0, "x", t.Item1, t.Item2)),
            inner.Two().Select(t => (Expr)new BindExpr(0, "x", t.Item1, t.Item2, isOptional: true)));

        static Expr Call(string function, params ImmutableArray<Expr> arguments) => new CallExpr(0, function, null, arguments);
    }

    /// <summary>The structure; rows of one sign count as what they mean.</summary>
    private static string Dump(Expr expression) => expression switch
    {
        LiteralExpr literal => $"{literal.Value.Kind} {(literal.Value.Bytes is { } bytes ? Convert.ToHexString(bytes) : literal.Value.Kind == CelKind.Double ? literal.Value.Double.ToString("R", CultureInfo.InvariantCulture) : literal.Value.ToString())}",
        IdentExpr ident => $"{(ident.IsRooted ? "." : "")}{ident.Name}",
        SelectExpr select => $"(select {select.IsTest} {select.IsOptional} {Dump(select.Operand)} {select.Field})",
        CallExpr { Function: Operators.Not or Operators.Negate } sign => Sign(sign),
        CallExpr { Function: Operators.And or Operators.Or } logic => $"({logic.Function} {string.Join(' ', logic.Arguments.Select(Dump))})",
        CallExpr call => $"({call.Function} {(call.Target is null ? "" : Dump(call.Target))} {string.Join(' ', call.Arguments.Select(Dump))})",
        ListExpr list => $"[{string.Join(' ', list.Elements.Select((e, i) => (list.Optional[i] ? "?" : "") + Dump(e)))}]",
        MapExpr map => $"{{{string.Join(' ', map.Entries.Select(e => $"{e.IsOptional} {Dump(e.Key)} {Dump(e.Value)}"))}}}",
        LoopExpr loop => $"({loop.Kind} {loop.Macro} {Dump(loop.Range)} {loop.First} {loop.Second} {(loop.Filter is null ? "" : Dump(loop.Filter))} {Dump(loop.Body)})",
        BindExpr bind => $"(bind {bind.Name} {bind.IsOptional} {bind.IsFlat} {Dump(bind.Value)} {Dump(bind.Body)})",
        _ => throw new InvalidOperationException(expression.GetType().Name),
    };

    private static string Sign(CallExpr sign)
    {
        var count = 0;
        Expr inner = sign;
        for (; inner is CallExpr call && call.Function == sign.Function; inner = call.Arguments[0]) count++;
        return $"({sign.Function} {(count % 2 == 0 ? 2 : 1)} {Dump(inner)})";
    }
}
