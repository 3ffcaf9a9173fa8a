using System.Diagnostics;
using System.Text;
using Headwater.Core.Policies.Cel;

namespace Headwater.Core.Tests.Policies.Cel;

/// <summary>What is made to cost time, memory or stack is refused or stopped, with a position and a reason, and soon.</summary>
public sealed class HostileExpressionTests
{
    // Each takes a second at most on a machine that has nothing else to do, and minutes or for ever where a limit is missing.
    private const int Soon = 20_000;

    public static TheoryData<string, string> Deep => new()
    {
        { "parentheses", new string('(', 10_000) + "1" + new string(')', 10_000) },
        { "open parentheses", new string('(', 10_000) },
        { "lists", new string('[', 10_000) },
        { "maps", string.Concat(Enumerable.Repeat("{1:", 10_000)) },
        { "calls", string.Concat(Enumerable.Repeat("size(", 10_000)) + "''" + new string(')', 10_000) },
        { "signs", string.Concat(Enumerable.Repeat("!(-(", 5_000)) },
        { "conditions", string.Concat(Enumerable.Repeat("true ? 1 : ", 5_000)) + "1" },
        { "fields", "x" + string.Concat(Enumerable.Repeat(".a", 10_000)) },
        { "indexes", "[1]" + string.Concat(Enumerable.Repeat("[0]", 10_000)) },
        { "sums", "1" + string.Concat(Enumerable.Repeat(" + 1", 10_000)) },
        { "comparisons", "1" + string.Concat(Enumerable.Repeat(" == 1", 10_000)) },
        { "loops", string.Concat(Enumerable.Repeat("[1].map(x, ", 5_000)) },
        { "chained loops", "[1]" + string.Concat(Enumerable.Repeat(".map(x, x)", 5_000)) },
    };

    [Theory]
    [MemberData(nameof(Deep))]
    public void Compile_WhatIsDeep_IsRefusedWithAPosition(string what, string source)
    {
        foreach (var check in (bool[])[true, false])
        {
            var error = CelEnvironment.Standard.Compile(source, check: check).Errors.ShouldHaveSingleItem(what);
            error.Message.ShouldContain("nested deeper than 250");
            error.Line.ShouldBe(1);
            error.Column.ShouldBeGreaterThan(0);
        }
    }

    [Fact]
    public void Compile_DeepOnASmallStack_IsRefused()
    {
        var environment = CelEnvironment.Standard.With(b => b.Limits = new CelLimits { Depth = 1000 });
        var errors = new List<CelError>();
        var thread = new Thread(() =>
        {
            foreach (var source in (string[])[new string('(', 900) + "1" + new string(')', 900), "1" + string.Concat(Enumerable.Repeat(" + 1", 900)), "x" + string.Concat(Enumerable.Repeat("[0]", 900))])
            {
                foreach (var check in (bool[])[true, false]) errors.AddRange(environment.Compile(source, check: check).Errors);
            }
        }, 160 * 1024);
        thread.Start();
        thread.Join();
        errors.ShouldNotBeEmpty();
        errors.ShouldAllBe(e => e.Line == 1);
        errors.ShouldContain(e => e.Message.Contains("too deep for the stack"));
    }

    [Fact]
    public void Evaluate_DataDeeperThanTheStack_StopsAtALimit()
    {
        var deep = CelValue.Of(CelList.Empty);
        for (var i = 0; i < 1_000_000; i++) deep = CelValue.Of(CelList.Of(deep));
        var environment = CelEnvironment.Standard.With(b => b.Variable("x", CelType.Dyn).Variable("y", CelType.Dyn));
        foreach (var source in (string[])["x == y", "x in [y]", "'%s'.format([x]) == ''", "{'a': x} == {'a': y}"])
        {
            Expressions.Value(source, environment, a =>
            {
                a.Set("x", deep);
                a.Set("y", CelValue.Of(CelList.Of(deep.List![0])));
            }).Error.ShouldNotBeNull(source).IsLimit.ShouldBeTrue(source);
        }

        CelJson.WhyNot(deep, int.MaxValue).ShouldNotBeNull();
    }

    [Fact]
    public void Compile_AsDeepAsAllowed_Evaluates()
    {
        Expressions.Value(new string('(', 240) + "1" + new string(')', 240)).Int.ShouldBe(1);
        Expressions.Value("1" + string.Concat(Enumerable.Repeat(" + 1", 240))).Int.ShouldBe(241);
        Expressions.Value(string.Concat(Enumerable.Repeat("[1].map(x, ", 100)) + "1" + new string(')', 100)).Kind.ShouldBe(CelKind.List);
        Expressions.Value(string.Join(" || ", Enumerable.Repeat("false", 5000))).IsFalse.ShouldBeTrue();
        Expressions.Value(new string('!', 10_001) + "true").IsFalse.ShouldBeTrue();
    }

    [Fact]
    public void Compile_TenMegabytes_IsRefusedAtOnce()
    {
        var watch = Stopwatch.StartNew();
        Expressions.Wrong("'" + new string('a', 10 << 20) + "'").Message.ShouldBe("The expression is longer than 100,000 characters.");
        watch.ElapsedMilliseconds.ShouldBeLessThan(Soon);
    }

    [Fact]
    public void Compile_ManyParts_IsRefused()
    {
        Expressions.Wrong("[" + string.Concat(Enumerable.Repeat("1,", 30_000)) + "]").Message.ShouldContain("parts");
    }

    [Theory]
    [InlineData("[{0}].all(a, [{0}].all(b, [{0}].all(c, [{0}].all(d, [{0}].all(e, true)))))")]
    [InlineData("[{0}].map(a, [{0}].map(b, [{0}].map(c, [{0}].map(d, [{0}].map(e, e)))))")]
    [InlineData("[{0}].filter(a, [{0}].exists_one(b, [{0}].exists(c, [{0}].exists(d, [{0}].exists(e, e < 0)))))")]
    [InlineData("[{0}].transformMap(i, a, [{0}].transformList(j, b, [{0}].all(c, [{0}].all(d, [{0}].all(e, true)))))")]
    public void Evaluate_LoopsFiveDeep_StopAtTheLimitOfSteps(string shape)
    {
        var source = shape.Replace("{0}", string.Join(',', Enumerable.Range(0, 100)));
        var watch = Stopwatch.StartNew();
        var result = Expressions.Value(source);
        result.Kind.ShouldBe(CelKind.Error);
        result.Error!.IsLimit.ShouldBeTrue();
        result.Error.Message.ShouldContain("steps");
        result.Error.Line.ShouldBe(1);
        watch.ElapsedMilliseconds.ShouldBeLessThan(Soon);
    }

    [Theory]
    [InlineData("[1].all(x, false) || {0}")]
    [InlineData("{0} || true")]
    [InlineData("true || ({0} && false)", false)]
    [InlineData("({0} ? 1 : 2) == 1 || true")]
    [InlineData("1 / 0 == ({0} ? 1 : 2) || true")]
    [InlineData("[1 / 0, {0} ? 1 : 2].size() == 2 || true")]
    [InlineData("[1, 2].exists(x, {0} || x == 2)")]
    public void Evaluate_PastALimit_NothingMakesUpForIt(string shape, bool stops = true)
    {
        var many = string.Join(',', Enumerable.Range(0, 300));
        var result = Expressions.Value(shape.Replace("{0}", $"[{many}].all(a, [{many}].all(b, [{many}].all(c, true)))"));
        (result.Kind == CelKind.Error && result.Error!.IsLimit).ShouldBe(stops);
    }

    [Theory]
    [InlineData("'aaaaaaaaaa'", "x + x", 60)]
    [InlineData("[1, 2, 3]", "x + x", 60)]
    [InlineData("b'aaaa'", "x + x", 60)]
    [InlineData("'aaaaaaaaaa'", "x.replace('', x)", 10)]
    [InlineData("'a'", "'%s%s%s%s'.format([x, x, x, x])", 30)]
    [InlineData("['a', 'b']", "[x.join() + x.join(), x.join()]", 60)]
    public void Evaluate_WhatDoublesAgainAndAgain_StopsAtALimitOfSize(string first, string next, int times)
    {
        var source = $"cel.bind(x, {first}, " + string.Concat(Enumerable.Repeat($"cel.bind(x, {next}, ", times)) + "x" + new string(')', times + 1);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var result = Expressions.Value(source);
        result.Kind.ShouldBe(CelKind.Error);
        result.Error!.IsLimit.ShouldBeTrue();
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(100 << 20);
    }

    [Fact]
    public void Evaluate_SharedListsOfListsOfLists_AreComparedAndWrittenWithinTheLimit()
    {
        var doubled = string.Concat(Enumerable.Repeat("cel.bind(x, [x, x], ", 60));
        var close = new string(')', 61);
        foreach (var end in (string[])["x == x", "x in [x]", "'%s'.format([x]) == ''", "x != [x]"])
        {
            var watch = Stopwatch.StartNew();
            var result = Expressions.Unchecked($"cel.bind(x, [1], {doubled}{end}{close}");
            if (end != "x != [x]") result.Error!.IsLimit.ShouldBeTrue(end);
            watch.ElapsedMilliseconds.ShouldBeLessThan(Soon);
        }

        Expressions.Value($"cel.bind(x, [1], {doubled}x == x{close}").Error!.IsLimit.ShouldBeTrue();
        CelJson.WhyNot(Expressions.Unchecked($"cel.bind(x, [1], {doubled}x{close}"), 10_000).ShouldNotBeNull();
    }

    [Fact]
    public void Compile_TypesThatDouble_AreCheckedSoon()
    {
        var environment = CelEnvironment.Standard.With(b => b.Function("tuple", CelOverload.Global([CelType.Parameter("T"), CelType.Parameter("U")], CelType.Abstract("tuple", CelType.Parameter("T"), CelType.Parameter("U")), null)));
        var watch = Stopwatch.StartNew();
        environment.Compile("cel.bind(x, 1, " + string.Concat(Enumerable.Repeat("cel.bind(x, tuple(x, x), ", 200)) + "x == x" + new string(')', 201)).IsOk.ShouldBeTrue();
        environment.Compile("cel.bind(x, {}, " + string.Concat(Enumerable.Repeat("cel.bind(x, {x: x}, ", 200)) + "x == x" + new string(')', 201)).IsOk.ShouldBeFalse();
        environment.Compile("[" + string.Concat(Enumerable.Repeat("[],", 24_000)) + "]").IsOk.ShouldBeTrue();
        watch.ElapsedMilliseconds.ShouldBeLessThan(Soon);
    }

    [Theory]
    [InlineData("(a{1000}){1000}")]
    [InlineData("((a{100}){100}){100}")]
    [InlineData("((((a+)+)+)+)+$")]
    [InlineData("(a*)*b")]
    [InlineData("(x+x+)+y")]
    [InlineData("(?:(?:(?:(?:a?){30}){30}){30})")]
    [InlineData("a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public void Matches_PatternsThatExplodeElsewhere_TakeLinearTimeOrAreRefused(string pattern)
    {
        var text = new string('a', 50_000) + "!";
        var environment = CelEnvironment.Standard.With(b => b.Variable("text", CelType.String));
        var watch = Stopwatch.StartNew();
        var compiled = environment.Compile($"text.matches(r'{pattern}')");
        if (compiled.IsOk)
        {
            var activation = new CelActivation(environment);
            activation.Set("text", CelValue.Of(text));
            compiled.Program.Evaluate(activation);
        }
        else
        {
            compiled.Errors[0].Message.ShouldContain("too large");
        }

        watch.ElapsedMilliseconds.ShouldBeLessThan(Soon);
    }

    [Theory]
    [InlineData("x == y")]
    [InlineData("x < y")]
    [InlineData("x.contains(half + 'b')")]
    [InlineData("x.indexOf(half + 'b') > 0")]
    [InlineData("x.lastIndexOf('b' + half) > 0")]
    [InlineData("size(x.split(half + 'b')) == 0")]
    [InlineData("x.replace(half + 'b', '') == ''")]
    [InlineData("x in [y, y]")]
    [InlineData("x in m || m[x] == 1")]
    [InlineData("x in ['a', 'b']")]
    [InlineData("size(x) == 0")]
    [InlineData("x.startsWith(y) && !x.endsWith(y)")]
    [InlineData("int(zeros) == 1 || duration(zeros + 's') == duration('1s')")]
    [InlineData("x.charAt(900000) == 'b'")]
    [InlineData("'%.1000f'.format([1e308]) == ''")]
    [InlineData("'%.1000e'.format([1e-308]) == ''")]
    [InlineData("timestamp(0).getHours('No/Where' + string(n)) == 0")]
    [InlineData("'a'.matches('(a{99}){' + string(n % 90) + '}')")]
    [InlineData("m[string(n)] == 1")]
    public void Evaluate_DearFunctionsAgainAndAgain_StopSoon(string condition)
    {
        var text = new string('a', 1_000_000);
        var environment = CelEnvironment.Standard.With(b => b.Variable("x", CelType.String).Variable("y", CelType.String).Variable("half", CelType.String).Variable("zeros", CelType.String).Variable("m", CelType.Map(CelType.String, CelType.Int)));
        var thousand = "[" + string.Join(',', Enumerable.Range(0, 1000)) + "]";
        var source = $"{thousand}.exists(n, {thousand}.exists(n, ({condition}) && false))" + new string(' ', 90_000);
        var compiled = environment.Compile(source).Program.ShouldNotBeNull();
        var activation = new CelActivation(environment);
        activation.Set("x", CelValue.Of(text));
        activation.Set("y", CelValue.Of(new string('a', 999_999) + "a"));
        activation.Set("half", CelValue.Of(new string('a', 500_000)));
        activation.Set("zeros", CelValue.Of(new string('0', 1_000_000)));
        activation.Set("m", CelValue.Of(CelMap.Empty));
        var watch = Stopwatch.StartNew();
        var result = compiled.Evaluate(activation);
        (result.IsFalse || result.Kind == CelKind.Error).ShouldBeTrue(result.ToString());
        watch.ElapsedMilliseconds.ShouldBeLessThan(Soon);
    }

    [Fact]
    public void Compile_HalvesOfSurrogatePairs_AreRefused()
    {
        // In a loop, as attributes cannot hold them.
        foreach (var source in (string[])["'\uD800'", "'a\uDC00b'", "b'\uD83D'", "\uD800", "\uDC00.a", "r'\uD800'", "'\\ud800'", "'\\udc00\\ud800'"]) Expressions.Wrong(source).Line.ShouldBe(1, source);
    }

    [Fact]
    public void Evaluate_HalvesOfSurrogatePairsInData_AreCharactersOfTheirOwn()
    {
        var environment = CelEnvironment.Standard.With(b => b.Variable("x", CelType.String));
        CelValue Of(string source) => Expressions.Value(source, environment, a => a.Set("x", CelValue.Of("a\uD800b\uDC00\uD83D\uDE00\uD83D")));
        Of("size(x)").Int.ShouldBe(6);
        Of("x.reverse().reverse() == x").IsTrue.ShouldBeTrue();
        Of("x.charAt(4) == '😀'").IsTrue.ShouldBeTrue();
        Of("x.matches('^.{6}$')").IsTrue.ShouldBeTrue();
        Of("x < x || size(bytes(x)) > 0").IsTrue.ShouldBeTrue();
        Of("x.split('')").List!.Count.ShouldBe(6);
        Of("strings.quote(x)").Kind.ShouldBe(CelKind.String);
        Of("'%s %x'.format([x, x])").Kind.ShouldBe(CelKind.String);
    }

    /// <summary>Whatever stands there, it is read or refused with a place in it.</summary>
    [Fact]
    public void Compile_AnythingAtAll_AnswersWithoutAnException()
    {
        string[] pieces = ["a", ".", "(", ")", "[", "]", "{", "}", "?", ":", ",", "+", "-", "!", "&&", "||", "==", "in", "1", "1u", "0x1F", "1.5e3", "'s'", "b\"x\"", "r'''", "\"\"\"", "\\", "`f-g`", "//", "\n", "has(", "x.map(y, ", "cel.bind(", ".?", "[?", "null", "true", "\uD83D", "😀", "\0", "%", "<", "=", "&"];
        var random = new System.Random(5);
        for (var i = 0; i < 6_000; i++)
        {
            var source = new StringBuilder();
            for (var n = random.Next(1, 12); n > 0; n--) source.Append(pieces[random.Next(pieces.Length)]).Append(random.Next(3) == 0 ? " " : "");
            foreach (var check in (bool[])[true, false])
            {
                var compiled = CelEnvironment.Standard.Compile(source.ToString(), check: check);
                if (compiled.IsOk) compiled.Program.Evaluate(new CelActivation(CelEnvironment.Standard));
                else compiled.Errors.ShouldAllBe(e => e.Line > 0 && e.Column > 0 && e.Message.Length > 0);
            }
        }
    }
}
