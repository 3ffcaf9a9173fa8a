using Npgsql;

namespace Headwater.Server.Platform.Data.Postgres;

/// <summary>Reads the address of a PostgreSQL database as people write it.</summary>
internal static class PostgresAddress
{
    /// <summary>True for <c>postgres://user:password@host:port/name?sslmode=require</c> (also <c>postgresql://</c>).</summary>
    public static bool Is(string? address) => address is not null
        && (address.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase) || address.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase));

    /// <exception cref="FormatException">It is not such an address; the message does not repeat it, for it may hold a password.</exception>
    public static NpgsqlConnectionStringBuilder Parse(string address)
    {
        if (!Is(address) || !Uri.TryCreate(address, UriKind.Absolute, out var uri))
            throw new FormatException("The database address is not understood. Write postgres://user:password@host:port/name, or leave it out for the embedded database.");
        var connection = new NpgsqlConnectionStringBuilder { Host = uri.Host.Length > 0 ? uri.Host : "localhost", Port = uri.Port > 0 ? uri.Port : 5432 };
        if (Uri.UnescapeDataString(uri.AbsolutePath.Trim('/')) is { Length: > 0 } name) connection.Database = name;
        var user = uri.UserInfo.Split(':', 2);
        if (user[0].Length > 0) connection.Username = Uri.UnescapeDataString(user[0]);
        if (user.Length == 2) connection.Password = Uri.UnescapeDataString(user[1]);
        foreach (var option in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var pair = option.Split('=', 2);
            var (key, value) = (Uri.UnescapeDataString(pair[0]), pair.Length == 2 ? Uri.UnescapeDataString(pair[1]) : "");
            try
            {
                connection[key switch { "sslmode" => "SSL Mode", "sslrootcert" => "Root Certificate", "host" => "Host", "application_name" => "Application Name", "connect_timeout" => "Timeout", _ => key }] =
                    key == "sslmode" ? value.Replace("-", "", StringComparison.Ordinal) : value;
            }
            catch (Exception e) when (e is ArgumentException or KeyNotFoundException or FormatException)
            {
                throw new FormatException($"The option '{key}' of the database address is not understood.");
            }
        }

        return connection;
    }
}
