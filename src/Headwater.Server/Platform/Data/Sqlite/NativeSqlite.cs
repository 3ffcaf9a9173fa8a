using System.Reflection;
using System.Runtime.InteropServices;

namespace Headwater.Server.Platform.Data.Sqlite;

/// <summary>
/// Points the provider at the system's SQLite. The newest provider that the package feed serves carries no native library, and the
/// bundle that would is of 2021. This file goes when a newer provider is served.
/// </summary>
internal static class NativeSqlite
{
    private static readonly string[] Candidates = ["libsqlite3.so.0", "libsqlite3.so", "sqlite3", "winsqlite3"];
    private static readonly Lock Gate = new();
    private static bool _ready;

    public static void Use()
    {
        lock (Gate)
        {
            if (_ready) return;
            NativeLibrary.SetDllImportResolver(typeof(SQLitePCL.SQLite3Provider_e_sqlite3).Assembly, Resolve);
            SQLitePCL.raw.SetProvider(new SQLitePCL.SQLite3Provider_e_sqlite3());
            _ready = true;
        }
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != "e_sqlite3") return 0;
        foreach (var candidate in Candidates)
        {
            if (NativeLibrary.TryLoad(candidate, out var handle)) return handle;
        }

        throw new DllNotFoundException("SQLite is not installed. On Debian and Ubuntu: apt-get install libsqlite3-0");
    }
}
