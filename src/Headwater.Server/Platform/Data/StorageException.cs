namespace Headwater.Server.Platform.Data;

/// <summary>The data folder cannot be written: full, read-only, gone. Not the fault of whoever asked.</summary>
internal sealed class StorageException(string message, Exception cause) : IOException(message, cause)
{
    public static StorageException Of(Exception cause) => new($"The data folder cannot be written: {cause.Message.TrimEnd('.')}. Free some space or mend the folder, then try again; nothing of this request was stored.", cause);

    public static T Guard<T>(Func<T> write)
    {
        try
        {
            return write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Of(e);
        }
    }

    public static void Guard(Action write) => Guard(() =>
    {
        write();
        return 0;
    });
}
