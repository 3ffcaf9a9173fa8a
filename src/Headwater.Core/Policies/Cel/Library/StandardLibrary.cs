using System.Collections.Immutable;
using System.Text;
using Headwater.Core.Policies.Cel.Parsing;
using static Headwater.Core.Policies.Cel.CelOverload;
using static Headwater.Core.Policies.Cel.CelType;

namespace Headwater.Core.Policies.Cel.Library;

/// <summary>The functions of the language definition, the extension for strings, and optional values. Operators are declared here for the checker; nodes evaluate them.</summary>
internal static class StandardLibrary
{
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly CelType A = Parameter("A"), B = Parameter("B");

    public static CelEnvironment Environment()
    {
        var builder = new CelEnvironmentBuilder([], [], []);
        foreach (var type in (CelType[])[Bool, Int, Uint, CelType.Double, CelType.String, CelType.Bytes, Null, Dyn, AnyList, AnyMap, Duration, Timestamp, AnyType, AnyOptional]) builder.Type(type);
        DeclareOperators(builder);
        DeclareConversions(builder);
        DeclareTexts(builder);
        DeclareTimes(builder);
        DeclareOptionals(builder);
        return builder.Build();
    }

    private static void DeclareOperators(CelEnvironmentBuilder builder)
    {
        Declare(Operators.Conditional, A, Bool, A, A);
        Declare(Operators.Not, Bool, Bool);
        Declare(Operators.Negate, Int, Int);
        Declare(Operators.Negate, CelType.Double, CelType.Double);
        foreach (var function in (string[])[Operators.Equal, Operators.NotEqual]) Declare(function, Bool, A, A);
        CelType[] numbers = [Int, Uint, CelType.Double];
        foreach (var function in (string[])[Operators.Less, Operators.LessOrEqual, Operators.Greater, Operators.GreaterOrEqual])
        {
            foreach (var type in (CelType[])[Bool, CelType.String, CelType.Bytes, Timestamp, Duration]) Declare(function, Bool, type, type);
            foreach (var left in numbers)
            {
                foreach (var right in numbers) Declare(function, Bool, left, right);
            }
        }

        foreach (var function in (string[])[Operators.Add, Operators.Subtract, Operators.Multiply, Operators.Divide])
        {
            foreach (var type in numbers) Declare(function, type, type, type);
        }

        Declare(Operators.Modulo, Int, Int, Int);
        Declare(Operators.Modulo, Uint, Uint, Uint);
        foreach (var type in (CelType[])[CelType.String, CelType.Bytes, CelType.List(A), Duration]) Declare(Operators.Add, type, type, type);
        Declare(Operators.Add, Timestamp, Timestamp, Duration);
        Declare(Operators.Add, Timestamp, Duration, Timestamp);
        Declare(Operators.Subtract, Duration, Timestamp, Timestamp);
        Declare(Operators.Subtract, Timestamp, Timestamp, Duration);
        Declare(Operators.Subtract, Duration, Duration, Duration);
        Declare(Operators.In, Bool, A, CelType.List(A));
        Declare(Operators.In, Bool, A, CelType.Map(A, B));
        Declare(Operators.Index, A, CelType.List(A), Int);
        Declare(Operators.Index, B, CelType.Map(A, B), A);
        Declare(Operators.Index, Optional(A), Optional(CelType.List(A)), Int);
        Declare(Operators.Index, Optional(B), Optional(CelType.Map(A, B)), A);
        Declare(Operators.OptionalIndex, Optional(A), CelType.List(A), Int);
        Declare(Operators.OptionalIndex, Optional(B), CelType.Map(A, B), A);
        Declare(Operators.OptionalIndex, Optional(A), Optional(CelType.List(A)), Int);
        Declare(Operators.OptionalIndex, Optional(B), Optional(CelType.Map(A, B)), A);

        void Declare(string function, CelType result, params ImmutableArray<CelType> parameters) => builder.Function(function, Global(parameters, result, null));
    }

    private static void DeclareConversions(CelEnvironmentBuilder builder)
    {
        Convert("bool", Bool, Bool, (a, _) => a[0]);
        Convert("bool", Bool, CelType.String, (a, _) => a[0].String switch { "1" or "t" or "T" or "true" or "TRUE" or "True" => CelValue.True, "0" or "f" or "F" or "false" or "FALSE" or "False" => CelValue.False, _ => NoConversion(a[0], "bool") });
        Convert("int", Int, Int, (a, _) => a[0]);
        Convert("int", Int, Uint, (a, _) => a[0].Uint > long.MaxValue ? OutOfRange("int") : CelValue.Of((long)a[0].Uint));
        // Both ends of the range are left out, as no double tells the largest int from the one after it.
        Convert("int", Int, CelType.Double, (a, _) => a[0].Double is > -9223372036854775808.0 and < 9223372036854775808.0 ? CelValue.Of((long)a[0].Double) : OutOfRange("int"));
        Convert("int", Int, CelType.String, (a, _) => Numbers.TryInt(a[0].String!, out var value) ? CelValue.Of(value) : NoConversion(a[0], "int"));
        Convert("int", Int, Timestamp, (a, _) => CelValue.Of(a[0].TimestampSeconds));
        Convert("uint", Uint, Uint, (a, _) => a[0]);
        Convert("uint", Uint, Int, (a, _) => a[0].Int < 0 ? OutOfRange("uint") : CelValue.Of((ulong)a[0].Int));
        Convert("uint", Uint, CelType.Double, (a, _) => a[0].Double is >= 0 and < 18446744073709551616.0 ? CelValue.Of((ulong)a[0].Double) : OutOfRange("uint"));
        Convert("uint", Uint, CelType.String, (a, _) => Numbers.TryUint(a[0].String!, out var value) ? CelValue.Of(value) : NoConversion(a[0], "uint"));
        Convert("double", CelType.Double, CelType.Double, (a, _) => a[0]);
        Convert("double", CelType.Double, Int, (a, _) => CelValue.Of((double)a[0].Int));
        Convert("double", CelType.Double, Uint, (a, _) => CelValue.Of((double)a[0].Uint));
        Convert("double", CelType.Double, CelType.String, (a, _) => Numbers.TryDouble(a[0].String!, out var value) ? CelValue.Of(value) : NoConversion(a[0], "double"));
        Convert("string", CelType.String, CelType.String, (a, _) => a[0]);
        Convert("string", CelType.String, Bool, (a, _) => CelValue.Of(a[0].IsTrue ? "true" : "false"));
        Convert("string", CelType.String, Int, (a, _) => CelValue.Of(a[0].ToString()));
        Convert("string", CelType.String, Uint, (a, _) => CelValue.Of(a[0].ToString()[..^1]));
        Convert("string", CelType.String, CelType.Double, (a, _) => CelValue.Of(Numbers.General(a[0].Double)));
        Convert("string", CelType.String, CelType.Bytes, (a, activation) => Decoded(a[0].Bytes!, activation));
        Convert("string", CelType.String, Timestamp, (a, _) => CelValue.Of(a[0].ToString()));
        Convert("string", CelType.String, Duration, (a, _) => CelValue.Of(a[0].ToString()));
        Convert("bytes", CelType.Bytes, CelType.Bytes, (a, _) => a[0]);
        Convert("bytes", CelType.Bytes, CelType.String, (a, activation) => activation.Charge(a[0].String!.Length / 16) ? CelValue.Of(Encoding.UTF8.GetBytes(a[0].String!)) : default);
        Convert("timestamp", Timestamp, Timestamp, (a, _) => a[0]);
        Convert("timestamp", Timestamp, CelType.String, (a, _) => CelTime.ReadTimestamp(a[0].String!));
        Convert("timestamp", Timestamp, Int, (a, _) => CelValue.Timestamp(a[0].Int, 0));
        Convert("duration", Duration, Duration, (a, _) => a[0]);
        Convert("duration", Duration, CelType.String, (a, _) => CelTime.ReadDuration(a[0].String!));
        Convert("dyn", Dyn, A, (a, _) => a[0]);
        Convert("type", CelType.Type(A), A, (a, _) => CelValue.Of(a[0].TypeOf()));

        void Convert(string name, CelType to, CelType from, CelFunction function) => builder.Function(name, Pure(Global([from], to, function)));
    }

    private static void DeclareTexts(CelEnvironmentBuilder builder)
    {
        (CelType, CelFunction)[] sizes =
        [
            (CelType.String, (a, _) => CelValue.Of((long)CodePoints.Count(a[0].String))), (CelType.Bytes, (a, _) => CelValue.Of(a[0].Bytes!.LongLength)),
            (CelType.List(A), (a, _) => CelValue.Of((long)a[0].List!.Count)), (CelType.Map(A, B), (a, _) => CelValue.Of((long)a[0].Map!.Count)),
        ];
        foreach (var (type, size) in sizes) builder.Function("size", Pure(Global([type], Int, size)), Pure(Member([type], Int, size)));

        Method("contains", Bool, [CelType.String], (a, activation) => Searched(a, activation) ? CelValue.Of(a[0].String!.Contains(a[1].String!, StringComparison.Ordinal)) : default);
        Method("startsWith", Bool, [CelType.String], (a, _) => CelValue.Of(a[0].String!.StartsWith(a[1].String!, StringComparison.Ordinal)));
        Method("endsWith", Bool, [CelType.String], (a, _) => CelValue.Of(a[0].String!.EndsWith(a[1].String!, StringComparison.Ordinal)));
        Method("matches", Bool, [CelType.String], Matches);
        builder.Function("matches", Pure(Global([CelType.String, CelType.String], Bool, Matches)));
        Method("charAt", CelType.String, [Int], (a, activation) => Searched(a, activation) ? TextFunctions.CharAt(a[0].String!, a[1].Int) : default);
        Method("indexOf", Int, [CelType.String], (a, activation) => Searched(a, activation) ? TextFunctions.IndexOf(a[0].String!, a[1].String!, 0) : default);
        Method("indexOf", Int, [CelType.String, Int], (a, activation) => Searched(a, activation) ? TextFunctions.IndexOf(a[0].String!, a[1].String!, a[2].Int) : default);
        Method("lastIndexOf", Int, [CelType.String], (a, activation) => Searched(a, activation) ? TextFunctions.LastIndexOf(a[0].String!, a[1].String!, CodePoints.Count(a[0].String)) : default);
        Method("lastIndexOf", Int, [CelType.String, Int], (a, activation) => Searched(a, activation) ? TextFunctions.LastIndexOf(a[0].String!, a[1].String!, a[2].Int) : default);
        Method("lowerAscii", CelType.String, [], (a, activation) => activation.Charge(a[0].String!.Length / 16) ? CelValue.Of(TextFunctions.Lower(a[0].String!)) : default);
        Method("upperAscii", CelType.String, [], (a, activation) => activation.Charge(a[0].String!.Length / 16) ? CelValue.Of(TextFunctions.Upper(a[0].String!)) : default);
        Method("replace", CelType.String, [CelType.String, CelType.String], (a, activation) => Searched(a, activation) ? TextFunctions.Replace(a[0].String!, a[1].String!, a[2].String!, -1, activation) : default);
        Method("replace", CelType.String, [CelType.String, CelType.String, Int], (a, activation) => Searched(a, activation) ? TextFunctions.Replace(a[0].String!, a[1].String!, a[2].String!, a[3].Int, activation) : default);
        Method("split", CelType.List(CelType.String), [CelType.String], (a, activation) => Searched(a, activation) ? TextFunctions.Split(a[0].String!, a[1].String!, -1, activation) : default);
        Method("split", CelType.List(CelType.String), [CelType.String, Int], (a, activation) => Searched(a, activation) ? TextFunctions.Split(a[0].String!, a[1].String!, a[2].Int, activation) : default);
        Method("substring", CelType.String, [Int], (a, activation) => Searched(a, activation) ? TextFunctions.Substring(a[0].String!, a[1].Int, CodePoints.Count(a[0].String)) : default);
        Method("substring", CelType.String, [Int, Int], (a, activation) => Searched(a, activation) ? TextFunctions.Substring(a[0].String!, a[1].Int, a[2].Int) : default);
        Method("trim", CelType.String, [], (a, activation) => Searched(a, activation) ? CelValue.Of(a[0].String!.Trim()) : default);
        Method("reverse", CelType.String, [], (a, activation) => Searched(a, activation) ? CelValue.Of(CodePoints.Reverse(a[0].String!)) : default);
        Method("format", CelType.String, [AnyList], (a, activation) => TextFormat.Format(a[0].String!, a[1].List!, activation));
        builder.Function("join", Pure(Member([CelType.List(CelType.String)], CelType.String, (a, activation) => TextFunctions.Join(a[0].List!, "", activation))),
            Pure(Member([CelType.List(CelType.String), CelType.String], CelType.String, (a, activation) => TextFunctions.Join(a[0].List!, a[1].String!, activation))));
        builder.Function("strings.quote", Pure(Global([CelType.String], CelType.String, (a, activation) => Searched(a, activation) ? CelValue.Of(TextFunctions.Quote(a[0].String!)) : default)));

        void Method(string name, CelType result, ImmutableArray<CelType> parameters, CelFunction function) => builder.Function(name, Pure(Member([CelType.String, .. parameters], result, function)));

        // A search may compare what is sought at every place.
        static bool Searched(ReadOnlySpan<CelValue> a, CelActivation activation) => activation.Charge(a[0].String!.Length / 16L * (1 + ((a.Length > 1 && a[1].String is { } sought ? sought.Length : 0) / 64)));
    }

    private static CelValue Matches(ReadOnlySpan<CelValue> a, CelActivation activation)
    {
        if (activation.Pattern(a[1].String!, out var error) is not { } pattern) return CelValue.Failed(error);
        return CelValue.Of(pattern.IsMatch(a[0].String!, ref activation.Steps));
    }

    private static void DeclareTimes(CelEnvironmentBuilder builder)
    {
        Part("getFullYear", t => t.Year);
        Part("getMonth", t => t.Month - 1);
        Part("getDate", t => t.Day);
        Part("getDayOfMonth", t => t.Day - 1);
        Part("getDayOfWeek", t => t.DayOfWeek);
        Part("getDayOfYear", t => t.DayOfYear);
        Part("getHours", t => t.Hour);
        Part("getMinutes", t => t.Minute);
        Part("getSeconds", t => t.Second);
        builder.Function("getMilliseconds", Pure(Member([Timestamp], Int, (a, _) => CelValue.Of((long)a[0].TimestampNanoseconds / 1_000_000))),
            Pure(Member([Timestamp, CelType.String], Int, (a, activation) => Zoned(activation) && CelTime.TryCivil(a[0], a[1].String, out var _) ? CelValue.Of((long)a[0].TimestampNanoseconds / 1_000_000) : CelValue.Failed(UnknownZone(a[1])))));
        Whole("getHours", 3_600_000_000_000);
        Whole("getMinutes", 60_000_000_000);
        Whole("getSeconds", 1_000_000_000);
        builder.Function("getMilliseconds", Pure(Member([Duration], Int, (a, _) => CelValue.Of(a[0].DurationNanoseconds / 1_000_000 % 1000))));

        void Part(string name, Func<CivilTime, int> part) => builder.Function(name,
            Pure(Member([Timestamp], Int, (a, _) => CelTime.TryCivil(a[0], null, out var time) ? CelValue.Of((long)part(time)) : default)),
            Pure(Member([Timestamp, CelType.String], Int, (a, activation) => Zoned(activation) && CelTime.TryCivil(a[0], a[1].String, out var time) ? CelValue.Of((long)part(time)) : CelValue.Failed(UnknownZone(a[1])))));

        // A zone may have to be looked for among the system's files.
        static bool Zoned(CelActivation activation) => activation.Charge(200);

        static string UnknownZone(in CelValue zone) => $"Unknown time zone '{CelTime.Shown(zone.String!)}'.";

        void Whole(string name, long nanoseconds) => builder.Function(name, Pure(Member([Duration], Int, (a, _) => CelValue.Of(a[0].DurationNanoseconds / nanoseconds))));
    }

    private static void DeclareOptionals(CelEnvironmentBuilder builder)
    {
        builder.Function("optional.none", Pure(Global([], Optional(A), (_, _) => CelOptional.None)));
        builder.Function("optional.of", Pure(Global([A], Optional(A), (a, _) => CelOptional.Of(a[0]))));
        builder.Function("optional.ofNonZeroValue", Pure(Global([A], Optional(A), (a, _) => IsZero(a[0]) ? CelOptional.None : CelOptional.Of(a[0]))));
        builder.Function("hasValue", Pure(Member([Optional(A)], Bool, (a, _) => CelValue.Of(a[0].OptionalValue!.HasValue))));
        builder.Function("value", Pure(Member([Optional(A)], A, (a, _) => a[0].OptionalValue!.HasValue ? a[0].OptionalValue!.Value : CelValue.Failed("The optional value is none."))));
        builder.Function("or", Pure(Member([Optional(A), Optional(A)], Optional(A), (a, _) => a[0].OptionalValue!.HasValue ? a[0] : a[1])));
        builder.Function("orValue", Pure(Member([Optional(A), A], A, (a, _) => a[0].OptionalValue!.HasValue ? a[0].OptionalValue!.Value : a[1])));
    }

    private static bool IsZero(in CelValue value) => value.Kind switch
    {
        CelKind.Null => true,
        CelKind.Bool => value.IsFalse,
        CelKind.Int or CelKind.Uint or CelKind.Duration => value.Int == 0,
        CelKind.Double => value.Double == 0,
        CelKind.String => value.String!.Length == 0,
        CelKind.Bytes => value.Bytes!.Length == 0,
        CelKind.List => value.List!.Count == 0,
        CelKind.Map => value.Map!.Count == 0,
        CelKind.Optional => !value.OptionalValue!.HasValue,
        _ => false,
    };

    private static CelValue Decoded(byte[] bytes, CelActivation activation)
    {
        if (!activation.Charge(bytes.Length / 16)) return default;
        try
        {
            return CelValue.Of(s_strict.GetString(bytes));
        }
        catch (DecoderFallbackException)
        {
            return CelValue.Failed("The bytes are not valid UTF-8.");
        }
    }

    private static CelValue NoConversion(in CelValue text, string type) => CelValue.Failed($"'{CelTime.Shown(text.String!)}' is no {type}.");

    private static CelValue OutOfRange(string type) => CelValue.Failed($"The number is out of the range of {type}.");

    private static CelOverload Pure(CelOverload overload) => overload.AsPure();
}
