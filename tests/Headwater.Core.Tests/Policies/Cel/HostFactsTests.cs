using Headwater.Core.Policies.Cel;

namespace Headwater.Core.Tests.Policies.Cel;

/// <summary>What a host declares, expressions may use; and what it does not know stays unknown.</summary>
public sealed class HostFactsTests
{
    [Theory]
    [InlineData("licence.category == 'copyleft_strong' && context.distributed && !has_waiver", true)]
    [InlineData("advisories.exists(a, a.score >= threshold && a.exploited)", true)]
    [InlineData("advisories.all(a, a.id.startsWith('CVE-'))", true)]
    [InlineData("advisories.filter(a, a.exploited).map(a, a.id) == ['CVE-2021-44228']", true)]
    [InlineData("'GPL-3.0-only' in licence.ids && !('MIT' in licence.ids)", true)]
    [InlineData("context.units['payments'] + context.units.search == 4", true)]
    [InlineData("has(context.units.payments) && !has(context.units.legal)", true)]
    [InlineData("age > duration('8760h') && paths in [1, 2, 3]", true)]
    [InlineData("depends_on('pkg:npm/lodash') && !depends_on('pkg:npm/left-pad')", true)]
    [InlineData("licence.satisfies(['MIT', 'GPL-3.0-only'])", true)]
    [InlineData("has(licence.note)", false)]
    [InlineData("licence.note == null", true)]
    [InlineData("type(licence) == headwater.Licence", true)]
    [InlineData("dyn(licence).expression.matches('^GPL-')", true)]
    [InlineData("licence == licence && licence != null", true)]
    [InlineData("licence.expression in ['MIT', 'GPL-3.0-only']", true)]
    public void Condition_OnFacts_ComesToWhatTheySay(string source, bool holds) => new Facts().Evaluate(source).ShouldBe(CelValue.Of(holds));

    [Theory]
    [InlineData("licence.categry == 'x'", "1:9: headwater.Licence has no field 'categry'; is 'category' meant?")]
    [InlineData("licens.category == 'x'", "1:1: There is no variable 'licens'; is 'licence' meant?")]
    [InlineData("licence.category == 1", "1:18: '==' does not go with string and int.")]
    [InlineData("licence.category && true", "1:9: '&&' takes bool, and this is string.")]
    [InlineData("'x' in licence.expression", "1:5: 'in' does not go with string and string.")]
    [InlineData("-licence.expression", "1:1: '-' does not go with string.")]
    [InlineData("!paths", "1:1: '!' does not go with int.")]
    [InlineData("paths[0] == 1", "1:6: '[]' does not go with int and int.")]
    [InlineData("has_waiver ? 1 : 'a'", "1:12: '?:' does not go with bool and int and string.")]
    [InlineData("paths + 1.0 > 2.0", "1:7: '+' does not go with int and double.")]
    [InlineData("depends_on(1)", "1:1: depends_on() does not take (int); it is (string) -> bool.")]
    [InlineData("depends_on", "1:1: There is no variable 'depends_on'.")]
    [InlineData("licence.satisfies('MIT')", "1:9: satisfies() does not take headwater.Licence.(string); it is headwater.Licence.(list(string)) -> bool.")]
    [InlineData("satisfies(licence, [])", "1:1: satisfies() is called on a value: x.satisfies().")]
    [InlineData("advisories.exists(a, a.score)", "1:24: The condition of exists() must be bool, and this is double.")]
    [InlineData("paths.exists(a, a)", "1:1: exists() goes through lists and maps, and this is int.")]
    [InlineData("advisories.exists(1, true)", "1:19: exists() takes the name of a variable here.")]
    [InlineData("licence.expression.matches('(')", "1:28: The regular expression '(' cannot be read: a '(' is not closed.")]
    [InlineData("licence.\n  expression.\n  siz()", "3:3: There is no function 'siz'.")]
    [InlineData("'😀😀' + 1", "1:6: '+' does not go with string and int.")]
    [InlineData("has(licence)", "1:1: has() asks for a field: has(a.b).")]
    [InlineData("licence = 1", "1:9: Unexpected '='; equality is written '=='.")]
    [InlineData("a & b", "1:3: Unexpected '&'; the logical operator is written '&&'.")]
    [InlineData("'abc", "1:1: The string is not closed.")]
    [InlineData("'a\nb'", "1:1: The string is not closed on its line; strings over several lines stand between three quotes.")]
    [InlineData("1 + 99999999999999999999", "1:5: The number is too large.")]
    [InlineData("9223372036854775808", "1:1: The number does not fit an int (64 bits); a uint is written with u behind it.")]
    [InlineData("if", "1:1: 'if' is reserved and cannot be a name.")]
    [InlineData("[1, 2", "1:6: The expression ends where ',' or ']' is expected.")]
    [InlineData("", "1:1: An expression is expected.")]
    [InlineData("paths paths", "1:7: Unexpected 'paths'; an operator or the end is expected.")]
    [InlineData("headwater.Licence{expression: 'x'}", "1:11: 'headwater.Licence' is no type that expressions make values of.")]
    public void Compile_WhatCannotBe_SaysWhatAndWhere(string source, string error) => Facts.Environment.Compile(source).Errors[0].ToString().ShouldBe(error);

    [Fact]
    public void Compile_SeveralMistakes_AllAreTold() =>
        Facts.Environment.Compile("licence.a == 'x' || licence.b || nobody").Errors.Length.ShouldBe(3);

    [Fact]
    public void Compile_ResultOfAnotherType_IsRefused()
    {
        Facts.Environment.Compile("paths", CelType.Bool).Errors.ShouldHaveSingleItem().Message.ShouldBe("The expression is of type int, where bool is expected.");
        Facts.Environment.Compile("dyn(paths)", CelType.Bool).IsOk.ShouldBeTrue();
        Facts.Environment.Compile("paths > 1", CelType.Bool).IsOk.ShouldBeTrue();
    }

    [Theory]
    [InlineData("licence.category == 'x'", null)]
    [InlineData("licence.category != 'x'", null)]
    [InlineData("licence.category == 'x' && false", false)]
    [InlineData("false && licence.category == 'x'", false)]
    [InlineData("licence.category == 'x' || true", true)]
    [InlineData("licence.category == 'x' || 1 / 0 > 0", null)]
    [InlineData("!(licence.category == 'x')", null)]
    [InlineData("licence.category in ['x', 'y']", null)]
    [InlineData("licence.category.matches('x')", null)]
    [InlineData("licence.category == 'x' ? true : true", null)]
    [InlineData("true ? has_waiver : licence.category == 'x'", false)]
    [InlineData("advisories.exists(a, a.exploited || licence.category == 'x')", true)]
    [InlineData("advisories.all(a, a.exploited || licence.category == 'x')", null)]
    [InlineData("advisories.exists_one(a, licence.category == a.id)", null)]
    [InlineData("[licence.category].size() == 1", null)]
    [InlineData("is_unknown(licence.category) ? has_waiver : licence.category == 'x'", false)]
    [InlineData("is_unknown(licence.category)", true)]
    [InlineData("is_unknown(licence.expression)", false)]
    public void Condition_OnWhatIsNotKnown_IsUnknownUnlessItDoesNotMatter(string source, bool? holds)
    {
        var result = new Facts { TheLicence = new Facts.Licence { Category = null } }.Evaluate(source);

        if (holds is { } known) result.ShouldBe(CelValue.Of(known));
        else result.Unknowns.ShouldNotBeNull(source).Paths.ShouldBe(["licence.category"]);
    }

    [Fact]
    public void Condition_OnSeveralUnknowns_NamesAllThatMatter()
    {
        var environment = CelEnvironment.Standard.With(b => b.Variable("a", CelType.Bool).Variable("b", CelType.Bool).Variable("c", CelType.Int));
        CelValue Of(string source) => Expressions.Value(source, environment, activation =>
        {
            foreach (var name in (string[])["a", "b", "c"]) activation.Set(name, CelValue.Unknown(new CelUnknowns(name)));
        });
        Of("b && a").Unknowns!.Paths.ShouldBe(["a", "b"]);
        Of("b || (a && false)").Unknowns!.Paths.ShouldBe(["b"]);
        Of("c + c > 1 && a").Unknowns!.Paths.ShouldBe(["a", "c"]);
        Of("[c, 1].map(x, c)").Unknowns!.Paths.ShouldBe(["c"]);
        Of("1 / 0 + c").Kind.ShouldBe(CelKind.Error, "no knowledge would mend it");
        Of("1 / 0 > 1 && a").Kind.ShouldBe(CelKind.Unknown, "it may yet be false");
    }

    [Fact]
    public void Reads_OfAProgram_AreTheFactsItMayLookAt()
    {
        new Facts().Evaluate("licence.category == 'x' || (advisories.exists(a, a.score > threshold) && has(context.units.payments))", out var program);

        program.Reads.ShouldBe(["advisories", "context.units.payments", "licence.category", "threshold"]);
        program.Calls.ShouldBeEmpty();
        program.Type.ShouldBe(CelType.Bool);
    }

    [Fact]
    public void Calls_OfAProgram_AreTheFunctionsOfTheHost()
    {
        new Facts().Evaluate("depends_on('pkg:npm/lodash') && licence.satisfies(['MIT']) && 'a'.matches('a') && size(licence.ids) > 0", out var program);

        program.Calls.ShouldBe(["depends_on", "satisfies"]);
        program.Reads.ShouldBe(["licence", "licence.ids"]);
    }

    [Fact]
    public void Evaluate_WithoutItsFacts_IsAnErrorThatNamesThem()
    {
        var activation = new CelActivation(Facts.Environment);
        Facts.Environment.Compile("has_waiver").Program!.Evaluate(activation).Error!.ToString().ShouldBe("1:1: 'has_waiver' is not to be had here.");
        Facts.Environment.Compile("1.0 < threshold").Program!.Evaluate(activation).Error!.ToString().ShouldBe("1:7: The variable 'threshold' has no value.");
        activation.Subject = "of another class";
        Facts.Environment.Compile("has_waiver").Program!.Evaluate(activation).Kind.ShouldBe(CelKind.Error);
        Should.Throw<ArgumentException>(() => activation.Set("nobody", CelValue.Null));
    }

    [Theory]
    [InlineData("licence.category == 'permissive' && context.distributed && !has_waiver")]
    [InlineData("advisories.exists(a, a.score > threshold && !a.exploited)")]
    [InlineData("licence.expression in ['MIT', 'Apache-2.0', 'BSD-3-Clause']")]
    [InlineData("licence.ids.exists(i, i.startsWith('AGPL'))")]
    [InlineData("age < duration('24h') || paths > 100 || paths * 3 - 1 == 0")]
    [InlineData("depends_on('pkg:npm/left-pad') || licence.satisfies(['MIT', 'ISC'])")]
    [InlineData("licence.expression.matches('^(LGPL|AGPL)-[0-9.]+') || licence.expression.contains('Commons')")]
    [InlineData("context.units.payments > 5 || 'legal' in context.units || has(context.units.legal)")]
    [InlineData("licence.note != null && licence.note.size() > 3")]
    [InlineData("advisories.exists_one(a, a.score == 1.0) ? true : licence.expression < 'A'")]
    [InlineData("advisories.size() > 5 || size(licence.expression) > 40")]
    [InlineData("advisories.size() > 5")]
    [InlineData("size(licence.expression) > 40")]
    public void Evaluate_RuleThatDoesNotFire_AllocatesNothing(string source)
    {
        var program = Facts.Environment.Compile(source, CelType.Bool).Program.ShouldNotBeNull();
        var activation = new CelActivation(Facts.Environment) { Subject = new Facts() };
        activation.Set("threshold", CelValue.Of(7.0));
        program.Test(activation, out _).ShouldBe(false);

        Allocation.Of(() =>
        {
            for (var i = 0; i < 100; i++) program.Test(activation, out _);
        }).ShouldBe(0);
    }

    [Fact]
    public void Compile_FunctionThatLooksAtConstants_WorksThemOutOnceAndRefusesWhatCannotBe()
    {
        Facts.Environment.Compile("paths.within('1-3')").Errors.ShouldHaveSingleItem().ToString().ShouldBe("1:7: '1-3' is no range.");
        Facts.Environment.Compile("paths.within('1-3') || true", check: false).Program!.Test(new CelActivation(Facts.Environment) { Subject = new Facts() }, out _).ShouldBe(true);
        var before = Facts.RangesRead;
        var program = Facts.Environment.Compile("paths.within('1..3') && !paths.within('5..9')").Program!;
        var activation = new CelActivation(Facts.Environment) { Subject = new Facts() };
        for (var i = 0; i < 10; i++) program.Test(activation, out _).ShouldBe(true);
        Facts.RangesRead.ShouldBe(before + 2);
        new Facts().Evaluate("paths.within('0..' + string(paths))").IsTrue.ShouldBeTrue();
        new Facts().Evaluate("paths.within('0' + string(paths))").Error!.Message.ShouldBe("'02' is no range.");
    }

    [Fact]
    public void Evaluate_WithAnActivationOfAnotherEnvironment_Throws() =>
        Should.Throw<ArgumentException>(() => Facts.Environment.Compile("paths > 1").Program!.Evaluate(new CelActivation(CelEnvironment.Standard)));

    [Fact]
    public void Evaluate_OnManyThreadsAtOnce_AnswersEachWithItsOwnFacts()
    {
        var program = Facts.Environment.Compile("licence.expression + ':' + string(paths) + (advisories.exists(a, 1 / (paths - 2) > 5) ? '!' : '')").Program!;
        Parallel.For(3, 300, i =>
        {
            var activation = new CelActivation(Facts.Environment) { Subject = new Facts { Paths = i, TheLicence = new Facts.Licence { Expression = $"L{i}" } } };
            for (var n = 0; n < 50; n++) program.Evaluate(activation).String.ShouldBe($"L{i}:{i}");
        });
    }
}
