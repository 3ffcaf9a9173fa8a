using Dapper;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Tests.Platform;

/// <summary>What a node knows of the tree, by which it decides who sees what, when another node has changed it.</summary>
public sealed class UnitTreeTests : IDisposable
{
    private readonly TestNodes _databases = new();

    public void Dispose() => _databases.Dispose();

    [Fact]
    public async Task Tree_ChangedOnOneNode_IsKnownToTheOthers_WithoutWaitingForItToAge()
    {
        await _databases.AddAsync(2);

        // Listening begins in the background; what was told before the word has come as well.
        var heard = new TaskCompletionSource();
        _databases[^1].Notified += topic =>
        {
            if (topic == "word") heard.TrySetResult();
        };
        for (var i = 0; i < 200 && !heard.Task.IsCompleted; i++)
        {
            await _databases[0].WriteAsync(t => _databases[0].NotifyAsync(t, "word"));
            await Task.WhenAny(heard.Task, Task.Delay(50));
        }

        await heard.Task;

        // The clock stands: what a node knows never gets too old.
        var (one, other) = (new AccessStore(_databases[0], new Still()), new AccessStore(_databases[^1], new Still()));
        foreach (var node in new[] { one, other }) (await node.TreeAsync(default)).Lines.ShouldBeEmpty();
        await _databases[0].WriteAsync(t => t.Connection!.ExecuteAsync("INSERT INTO owner (id, org_id, kind, name, title) VALUES (7, 1, 'unit', 'house', 'House')", transaction: t));
        (await other.TreeAsync(default)).Lines.ShouldBeEmpty("nobody has said so");
        await _databases[0].WriteAsync(one.TreeChangedAsync);
        for (var i = 0; i < 200 && (await other.TreeAsync(default)).Lines.Count == 0; i++) await Task.Delay(50);

        (await other.TreeAsync(default)).Lines.Single().Title.ShouldBe("House");
    }

    private sealed class Still : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 11, 21, 8, 0, 0, TimeSpan.Zero);
    }
}
