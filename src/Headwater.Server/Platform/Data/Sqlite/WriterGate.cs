namespace Headwater.Server.Platform.Data.Sqlite;

/// <summary>
/// The turn to write. One holder at a time; who answers a request goes before who works in the background, each group in order of arrival.
/// </summary>
internal sealed class WriterGate
{
    private readonly Lock _lock = new();
    private readonly LinkedList<TaskCompletionSource> _requests = new(), _background = new();
    private bool _taken;

    public async Task EnterAsync(bool background, CancellationToken cancellationToken)
    {
        TaskCompletionSource turn;
        LinkedListNode<TaskCompletionSource> place;
        lock (_lock)
        {
            if (!_taken)
            {
                _taken = true;
                return;
            }

            turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            place = (background ? _background : _requests).AddLast(turn);
        }

        await using var registration = cancellationToken.UnsafeRegister(_ =>
        {
            lock (_lock)
            {
                if (place.List is null) return; // The turn has come already; the holder will leave in its own way.
                place.List.Remove(place);
            }

            turn.TrySetCanceled(cancellationToken);
        }, null);
        await turn.Task;
    }

    public void Leave()
    {
        TaskCompletionSource? next = null;
        lock (_lock)
        {
            var queue = _requests.Count > 0 ? _requests : _background;
            if (queue.First is { } first)
            {
                next = first.Value;
                queue.RemoveFirst();
            }
            else
            {
                _taken = false;
            }
        }

        next?.SetResult();
    }
}
