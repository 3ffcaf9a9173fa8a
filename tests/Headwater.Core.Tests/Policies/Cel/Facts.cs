using System.Collections.Immutable;
using Headwater.Core.Policies.Cel;

namespace Headwater.Core.Tests.Policies.Cel;

/// <summary>Facts as a host declares them: records with typed fields, variables that are read from a subject, and functions.</summary>
internal sealed class Facts
{
    public static readonly CelUnknowns NoCategory = new("licence.category");

    public static readonly CelRecordType LicenceType = CelRecordType.Of<Licence>("headwater.Licence", t => t
        .Field("expression", CelType.String, l => CelValue.Of(l.Expression))
        .Field("category", CelType.String, l => l.Category is null ? CelValue.Unknown(NoCategory) : CelValue.Of(l.Category))
        .Field("ids", CelType.List(CelType.String), l => CelValue.Of(l.Ids))
        .Field("note", CelType.Nullable(CelType.String), l => CelValue.Of(l.Note)));

    public static readonly CelRecordType AdvisoryType = CelRecordType.Of<Advisory>("headwater.Advisory", t => t
        .Field("id", CelType.String, a => CelValue.Of(a.Id))
        .Field("score", CelType.Double, a => CelValue.Of(a.Score))
        .Field("exploited", CelType.Bool, a => CelValue.Of(a.Exploited))
        .Field("same_as", CelType.List(t.Type.Type), a => CelValue.Of(CelList.Empty)));

    public static readonly CelEnvironment Environment = CelEnvironment.Standard.With(b => b
        .Type(LicenceType)
        .Variable<Facts>("licence", LicenceType.Type, f => CelValue.Of(f.TheLicence))
        .Variable<Facts>("advisories", CelType.List(AdvisoryType.Type), f => CelValue.Of(f.Advisories))
        .Variable<Facts>("has_waiver", CelType.Bool, f => CelValue.Of(f.HasWaiver))
        .Variable<Facts>("context.distributed", CelType.Bool, f => CelValue.Of(f.Distributed))
        .Variable<Facts>("context.units", CelType.Map(CelType.String, CelType.Int), f => CelValue.Of(f.Units))
        .Variable<Facts>("paths", CelType.Int, f => CelValue.Of(f.Paths))
        .Variable<Facts>("age", CelType.Duration, f => CelValue.Of(f.Age))
        .Variable("threshold", CelType.Double)
        .Function("depends_on", CelOverload.Global([CelType.String], CelType.Bool, (a, activation) => CelValue.Of(((Facts)activation.Subject!).Depends.Contains(a[0].String!))))
        .Function("within", CelOverload.Member([CelType.Int, CelType.String], CelType.Bool, Within).Bound(BindWithin))
        .Function("satisfies", CelOverload.Member([LicenceType.Type, CelType.List(CelType.String)], CelType.Bool, Satisfies))
        .Function("is_unknown", CelOverload.Global([CelType.Dyn], CelType.Bool, (a, _) => a[0].Kind == CelKind.Error ? a[0] : CelValue.Of(a[0].Kind == CelKind.Unknown), isStrict: false)));

    public Licence TheLicence { get; set; } = new();

    public CelList Advisories { get; set; } = CelList.Of((IReadOnlyList<ICelRecord>)[new Advisory("CVE-2021-44228", 10, true), new Advisory("CVE-2022-1", 5.3, false)]);

    public bool HasWaiver { get; set; }

    public bool Distributed { get; set; } = true;

    public CelMap Units { get; set; } = CelMap.Of(new Dictionary<string, CelValue> { ["payments"] = CelValue.Of(3L), ["search"] = CelValue.Of(1L) });

    public long Paths { get; set; } = 2;

    public TimeSpan Age { get; set; } = TimeSpan.FromDays(400);

    public HashSet<string> Depends { get; set; } = ["pkg:npm/lodash"];

    public CelValue Evaluate(string source) => Evaluate(source, out _);

    public CelValue Evaluate(string source, out CelProgram program)
    {
        var compiled = Environment.Compile(source);
        compiled.Errors.ShouldBeEmpty(source);
        program = compiled.Program!;
        var activation = new CelActivation(Environment) { Subject = this };
        activation.Set("threshold", CelValue.Of(7.0));
        return program.Evaluate(activation);
    }

    /// <summary>How often the text of a range was read.</summary>
    public static int RangesRead { get; private set; }

    private static (long From, long To)? Range(string text)
    {
        RangesRead++;
        return text.Split("..") is [var from, var to] && long.TryParse(from, out var least) && long.TryParse(to, out var most) ? (least, most) : null;
    }

    private static CelValue Within(ReadOnlySpan<CelValue> arguments, CelActivation activation) =>
        Range(arguments[1].String!) is (var from, var to) ? CelValue.Of(arguments[0].Int >= from && arguments[0].Int <= to) : CelValue.Failed($"'{arguments[1].String}' is no range.");

    private static CelBinding BindWithin(ImmutableArray<CelValue?> constants)
    {
        if (constants[1] is not { } text) return CelBinding.None;
        return Range(text.String!) is (var from, var to) ? new CelBinding((a, _) => CelValue.Of(a[0].Int >= from && a[0].Int <= to)) : new CelBinding(null, $"'{text.String}' is no range.");
    }

    private static CelValue Satisfies(ReadOnlySpan<CelValue> arguments, CelActivation activation)
    {
        var (licence, allowed) = ((Licence)arguments[0].Record!, arguments[1].List!);
        if (!activation.Charge(allowed.Count)) return CelValue.False;
        for (var i = 0; i < allowed.Count; i++)
        {
            if (allowed[i].String == licence.Expression) return CelValue.True;
        }

        return CelValue.False;
    }

    public sealed class Licence : ICelRecord
    {
        public string Expression { get; set; } = "GPL-3.0-only";

        public string? Category { get; set; } = "copyleft_strong";

        public CelList Ids { get; set; } = CelList.Of((IReadOnlyList<string>)["GPL-3.0-only"]);

        public string? Note { get; set; }

        public CelRecordType CelType => LicenceType;
    }

    public sealed record Advisory(string Id, double Score, bool Exploited) : ICelRecord
    {
        public CelRecordType CelType => AdvisoryType;
    }
}
