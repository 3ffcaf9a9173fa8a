using System.Collections.Frozen;
using System.Collections.Immutable;
using Headwater.Core.Packages;
using Headwater.Core.Policies.Cel;
using Headwater.Core.Policies.Facts;
using Headwater.Core.Versions;

namespace Headwater.Core.Policies;

/// <summary>The language of conditions: CEL with the facts and functions of this field.</summary>
public static class PolicyLanguage
{
    private static readonly CelValue s_noAdvisories = CelValue.Unknown(new CelUnknowns("advisories"));
    private static readonly CelValue s_noVersion = CelValue.Unknown(new CelUnknowns("component.version"));
    private static readonly CelValue s_noContents = CelValue.Unknown(new CelUnknowns("project.components"));
    private static readonly CelValue s_noExpression = CelValue.Unknown(new CelUnknowns("licence.expression"));
    private static readonly CelValue s_noPath = CelValue.Unknown(new CelUnknowns("occurrence.path_length"));

    /// <summary>Facts and functions without the lists of a pack.</summary>
    public static CelEnvironment Environment { get; } = CelEnvironment.Standard.With(Declare);

    /// <summary>Every fact, in the order of the guide.</summary>
    public static ImmutableArray<FactField> Facts { get; } =
    [
        .. ComponentFact.Fields, .. LicenceFact.Fields,
        new FactField("advisories", "list(advisory)", "its vulnerabilities, one for each group of aliases", true),
        .. AdvisoryFact.Fields, .. ProjectFact.Fields, .. OccurrenceFact.Fields, .. ContextFact.Fields, .. HealthFact.Fields, .. SignalFact.Fields, .. RequestFact.Fields,
        new FactField("is_direct", "bool", "whether the project names it itself", true),
        new FactField("path_length", "int", "how many steps it is from the project", true),
        new FactField("has_waiver", "bool", "whether some waiver holds for it", false),
    ];

    /// <summary>The functions, each with what it says.</summary>
    public static ImmutableArray<(string Call, string Says)> Functions { get; } =
    [
        ("licence.satisfies(list)", "whether the listed licences and categories are enough to use it: all parts of an AND, one part of an OR"),
        ("component.is(purl)", "whether it is that package; `*` stands for any text, a version is compared when it is given"),
        ("version_in(vers)", "whether its version is in a range: `version_in(\"vers:maven/<2.17.1\")`"),
        ("depends_on(purl)", "whether the project holds that package; a version is compared when it is given"),
        ("depends_on(purl, vers)", "whether the project holds a version of that package in the range"),
        ("age(timestamp)", "how long ago that was"),
    ];

    private static readonly FrozenSet<string> s_maybeUnknown = Facts.Where(f => f.MayBeUnknown).Select(f => f.Path).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>What of the facts that a program reads may be unknown.</summary>
    /// <param name="program">A program of this language.</param>
    /// <returns>Their paths.</returns>
    internal static IEnumerable<string> MaybeUnknown(CelProgram program)
    {
        foreach (var path in program.Reads)
        {
            if (s_maybeUnknown.Contains(path)) yield return path;
            else if (path is "licence" or "component" or "project" or "context" or "occurrence" or "health" or "signals" or "request" && !program.Calls.Contains("satisfies") && !program.Calls.Contains("is")) yield return path;
        }

        foreach (var call in program.Calls)
        {
            if (call is "satisfies") yield return "licence.expression";
            if (call is "version_in") yield return "component.version";
            if (call is "depends_on") yield return "project.components";
        }
    }

    private static void Declare(CelEnvironmentBuilder builder)
    {
        var texts = CelType.List(CelType.String);
        foreach (var type in (CelRecordType[])[ComponentFact.RecordType, LicenceFact.RecordType, AdvisoryFact.RecordType, ProjectFact.RecordType, OccurrenceFact.RecordType, ContextFact.RecordType, HealthFact.RecordType, SignalFact.RecordType, RequestFact.RecordType])
            builder.Type(type);
        builder
            .Variable<PolicyFacts>("component", ComponentFact.RecordType.Type, f => CelValue.Of(f.Component))
            .Variable<PolicyFacts>("licence", LicenceFact.RecordType.Type, f => CelValue.Of(f.Licence))
            .Variable<PolicyFacts>("advisories", CelType.List(AdvisoryFact.RecordType.Type), f => f.AdvisoryList is { } list ? CelValue.Of(list) : s_noAdvisories)
            .Variable<PolicyFacts>("advisory", AdvisoryFact.RecordType.Type, f => f.Advisory is { } advisory ? CelValue.Of(advisory) : CelValue.Failed("'advisory' is only there in rules that apply to findings."))
            .Variable<PolicyFacts>("project", ProjectFact.RecordType.Type, f => CelValue.Of(f.Project))
            .Variable<PolicyFacts>("occurrence", OccurrenceFact.RecordType.Type, f => CelValue.Of(f.Occurrence))
            .Variable<PolicyFacts>("context", ContextFact.RecordType.Type, f => CelValue.Of(f.Context))
            .Variable<PolicyFacts>("health", HealthFact.RecordType.Type, f => CelValue.Of(f.Health))
            .Variable<PolicyFacts>("signals", SignalFact.RecordType.Type, f => CelValue.Of(f.Signals))
            .Variable<PolicyFacts>("request", RequestFact.RecordType.Type, f => CelValue.Of(f.Request))
            .Variable<PolicyFacts>("is_direct", CelType.Bool, f => f.Occurrence.PathLength is { } length ? CelValue.Of(length <= 1) : s_noPath)
            .Variable<PolicyFacts>("path_length", CelType.Int, f => f.Occurrence.PathLength is { } length ? CelValue.Of((long)length) : s_noPath)
            .Variable<PolicyFacts>("has_waiver", CelType.Bool, f => CelValue.Of(f.HasWaiver))
            .Function("satisfies", CelOverload.Member([LicenceFact.RecordType.Type, texts], CelType.Bool, Satisfies).Bound(BindSatisfies))
            .Function("is", CelOverload.Member([ComponentFact.RecordType.Type, CelType.String], CelType.Bool, (a, _) => Is(a[0], PackagePattern.Read(a[1].String!))).Bound(BindIs))
            .Function("version_in", CelOverload.Global([CelType.String], CelType.Bool, (a, activation) => VersRange.TryParse(a[0].String, out var range, out var error) ? In(activation, range) : CelValue.Failed(error)).Bound(BindVersionIn))
            .Function("depends_on",
                CelOverload.Global([CelType.String], CelType.Bool, (a, activation) => PackageUrl.TryParse(a[0].String, out var purl, out var error) ? DependsOn(activation, purl, null) : CelValue.Failed(error)).Bound(BindDependsOn),
                CelOverload.Global([CelType.String, CelType.String], CelType.Bool, (a, activation) => !PackageUrl.TryParse(a[0].String, out var purl, out var error) ? CelValue.Failed(error)
                    : !VersRange.TryParse(a[1].String, out var range, out error) ? CelValue.Failed(error) : DependsOn(activation, purl, range)).Bound(BindDependsOn))
            .Function("age", CelOverload.Global([CelType.Timestamp], CelType.Duration, (a, activation) => activation.Subject is PolicyFacts facts ? Age(a[0], facts.Moment) : CelValue.Failed("There is no moment to count to.")));
    }

    private static CelValue Age(in CelValue time, DateTimeOffset moment)
    {
        var now = CelValue.Of(moment);
        var seconds = (decimal)(now.TimestampSeconds - time.TimestampSeconds) * 1_000_000_000m + now.TimestampNanoseconds - time.TimestampNanoseconds;
        return seconds is > long.MaxValue or < long.MinValue ? CelValue.Failed("The duration is beyond 292 years.") : CelValue.Duration((long)seconds);
    }

    private static CelValue Satisfies(ReadOnlySpan<CelValue> arguments, CelActivation activation)
    {
        if (arguments[1].List is LicenceList known) return Satisfies(arguments[0], known.Allowed);
        if (!activation.Charge(arguments[1].List!.Count * 4L)) return CelValue.Failed("Too much work.");
        var list = Read(arguments[1].List!, out var error);
        return error is null ? Satisfies(arguments[0], list) : CelValue.Failed(error);
    }

    private static CelBinding BindSatisfies(ImmutableArray<CelValue?> constants)
    {
        if (constants[1]?.List is not { } entries) return CelBinding.None;
        var list = Read(entries, out var error);
        return error is not null ? new CelBinding(null, error) : new CelBinding((a, _) => Satisfies(a[0], list));
    }

    private static AllowList Read(CelList entries, out string? error) => AllowList.Read(Enumerable.Range(0, entries.Count).Select(i => entries[i].String ?? ""), out error);

    private static CelValue Satisfies(in CelValue licence, AllowList list) => licence.Record is LicenceFact fact && fact.Satisfies(list) is { } does ? CelValue.Of(does) : s_noExpression;

    private static CelBinding BindIs(ImmutableArray<CelValue?> constants)
    {
        if (constants[1]?.String is not { } text) return CelBinding.None;
        var pattern = PackagePattern.Read(text);
        return pattern.Error is { } error ? new CelBinding(null, error) : new CelBinding((a, _) => Is(a[0], pattern));
    }

    private static CelValue Is(in CelValue component, PackagePattern pattern) => pattern.Error is { } error ? CelValue.Failed(error)
        : component.Record is not ComponentFact { Purl: not null } fact ? CelValue.False : pattern.Covers(fact) is { } covers ? CelValue.Of(covers) : s_noVersion;

    private static CelBinding BindVersionIn(ImmutableArray<CelValue?> constants) =>
        constants[0]?.String is not { } text ? CelBinding.None : VersRange.TryParse(text, out var range, out var error) ? new CelBinding((_, activation) => In(activation, range)) : new CelBinding(null, error);

    private static CelValue In(CelActivation activation, VersRange range) =>
        activation.Subject is PolicyFacts facts && facts.Component.IsWithin(range) is { } within ? CelValue.Of(within) : s_noVersion;

    private static CelBinding BindDependsOn(ImmutableArray<CelValue?> constants)
    {
        if (constants.Any(c => c?.String is null)) return CelBinding.None;
        if (!PackageUrl.TryParse(constants[0]!.Value.String, out var purl, out var error)) return new CelBinding(null, error);
        VersRange? range = null;
        if (constants.Length == 2 && !VersRange.TryParse(constants[1]!.Value.String, out range, out error)) return new CelBinding(null, error);
        return new CelBinding((_, activation) => DependsOn(activation, purl, range));
    }

    private static CelValue DependsOn(CelActivation activation, PackageUrl purl, VersRange? range) =>
        activation.Subject is PolicyFacts { Contents: { } contents } && contents.Holds(purl, range) is { } holds ? CelValue.Of(holds) : s_noContents;
}
