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
internal sealed class DatabaseUnreachableException : IOException
{
    private DatabaseUnreachableException(string message, Exception cause, bool wasSlow)
        : base(message, cause) => WasSlow = wasSlow;

    /// <summary>It was there and took too long, which may be the fault of what it was asked.</summary>
    public bool WasSlow { get; }

    public static DatabaseUnreachableException Of(Exception cause, bool wasSlow) =>
        new("The database does not answer at present. Nothing of this request was stored; try again in a moment.", cause, wasSlow);

    /// <summary>The answer to the commit never came.</summary>
    public static DatabaseUnreachableException AtCommit(Exception cause) =>
        new("The database went away while this request was being stored, so it may be stored or not. Look, or send it again: an upload that comes twice is kept twice and counts once.", cause, false);
}
