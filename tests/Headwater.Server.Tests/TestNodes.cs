using System.Collections;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Tests;

/// <summary>One database as several nodes have it open, for tests that need no whole servers.</summary>
internal sealed class TestNodes : IReadOnlyList<IDatabase>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("headwater-nodes-").FullName;
    private readonly TestDatabase _engine = new();
    private readonly List<IDatabase> _open = [];

    public int Count => _open.Count;

    public IDatabase this[int index] => _open[index];

    /// <summary>One more node.</summary>
    /// <param name="name">As which the others see it.</param>
    public async Task AddAsync(TimeProvider? time = null, string? name = null)
    {
        _open.Add(_engine.Open(_folder, time, name));
        await _open[^1].MigrateAsync();
    }

    /// <summary>So many nodes; on the embedded engine they share the one that there is.</summary>
    public async Task AddAsync(int count, TimeProvider? time = null)
    {
        for (var i = 0; i < (TestDatabase.IsPostgres ? count : 1); i++) await AddAsync(time);
    }

    public void Dispose()
    {
        foreach (var database in _open) ((IDisposable)database).Dispose();
        _engine.Dispose();
        Directory.Delete(_folder, true);
    }

    public IEnumerator<IDatabase> GetEnumerator() => _open.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
