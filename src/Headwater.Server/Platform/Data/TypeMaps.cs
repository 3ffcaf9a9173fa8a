using System.Data;
using System.Globalization;
using System.Text.Json;
using Dapper;

namespace Headwater.Server.Platform.Data;

/// <summary>How values lie in columns, the same in every engine: times as Unix milliseconds, UUIDs as lower-case text, truth as 0 and 1, lists as JSON text.</summary>
internal static class TypeMaps
{
    private static bool _done;

    public static void Register()
    {
        if (_done) return;
        _done = true;
        SqlMapper.RemoveTypeMap(typeof(DateTimeOffset));
        SqlMapper.RemoveTypeMap(typeof(DateTimeOffset?));
        SqlMapper.RemoveTypeMap(typeof(Guid));
        SqlMapper.RemoveTypeMap(typeof(Guid?));
        SqlMapper.RemoveTypeMap(typeof(bool));
        SqlMapper.RemoveTypeMap(typeof(bool?));
        SqlMapper.AddTypeHandler(new Truth());
        SqlMapper.AddTypeHandler(new Time());
        SqlMapper.AddTypeHandler(new Uuid());
        SqlMapper.AddTypeHandler(new TextList());
        DefaultTypeMap.MatchNamesWithUnderscores = true;
    }

    public static string ToJson(IEnumerable<string> list) => JsonSerializer.Serialize(list);

    public static IReadOnlyList<string> FromJson(string? json) =>
        string.IsNullOrEmpty(json) || json == "[]" ? [] : JsonSerializer.Deserialize<List<string>>(json) ?? [];

    private sealed class Time : SqlMapper.TypeHandler<DateTimeOffset>
    {
        public override void SetValue(IDbDataParameter parameter, DateTimeOffset value) => parameter.Value = value.ToUnixTimeMilliseconds();

        public override DateTimeOffset Parse(object value) => DateTimeOffset.FromUnixTimeMilliseconds(Convert.ToInt64(value, CultureInfo.InvariantCulture));
    }

    private sealed class Truth : SqlMapper.TypeHandler<bool>
    {
        public override void SetValue(IDbDataParameter parameter, bool value)
        {
            parameter.DbType = DbType.Int64;
            parameter.Value = value ? 1L : 0L;
        }

        public override bool Parse(object value) => value as bool? ?? Convert.ToInt64(value, CultureInfo.InvariantCulture) != 0;
    }

    private sealed class Uuid : SqlMapper.TypeHandler<Guid>
    {
        public override void SetValue(IDbDataParameter parameter, Guid value) => parameter.Value = value.ToString("D");

        public override Guid Parse(object value) => Guid.Parse((string)value);
    }

    private sealed class TextList : SqlMapper.TypeHandler<IReadOnlyList<string>>
    {
        public override void SetValue(IDbDataParameter parameter, IReadOnlyList<string>? value) => parameter.Value = ToJson(value ?? []);

        public override IReadOnlyList<string> Parse(object value) => FromJson((string)value);
    }
}
