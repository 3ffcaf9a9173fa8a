namespace Headwater.Server.Platform.Data;

/// <summary>The data folder cannot be written: full, read-only, gone. Not the fault of whoever asked.</summary>
internal sealed class StorageException(string message, Exception cause) : IOException(message, cause)
{
    public static StorageException Of(Exception cause) => new($"The data folder cannot be written: {cause.Message.TrimEnd('.')}. Free some space or mend the folder, then try again; nothing of this request was stored.", cause);

    /// <summary>A file that may not grow (a quota, a file system's own limit): the framework takes that for a wrong argument.</summary>
    public static bool IsTooLarge(Exception e) => e is ArgumentOutOfRangeException { ParamName: "value" };

    public static T Guard<T>(Func<T> write)
    {
        try
        {
            return write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException || IsTooLarge(e))
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

/// <summary>The database server does not answer. Passes; the request may be made again.</summary>
internal sealed class DatabaseUnreachableException(Exception cause) : IOException("The database does not answer at present. Nothing of this request was stored; try again in a moment.", cause);
