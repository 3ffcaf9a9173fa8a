using Headwater.Server.Platform.Commands;

namespace Headwater.Server.Platform.Data;

/// <summary>Where everything that must be kept lies: database, documents, keys, advisory index.</summary>
internal sealed class DataFolder : IDisposable
{
    private readonly FileStream? _lock;

    /// <param name="use">A server has the folder to itself; a command that reads may come beside it.</param>
    /// <param name="isNamed">Somebody said that it is this one. Who reads a shared database and names none has one that is gone afterwards: nothing has to lie in it.</param>
    /// <exception cref="IOException">Another server uses the folder, or there is none to read from.</exception>
    public DataFolder(string path, DataUse use = DataUse.Alone, bool isNamed = true)
    {
        var isLent = use == DataUse.Beside && !isNamed && !Directory.Exists(path);
        Path = isLent ? Directory.CreateTempSubdirectory("headwater-").FullName : System.IO.Path.GetFullPath(path);
        if (isLent) AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(Path, true);
        Spool = System.IO.Path.Combine(Path, "spool");
        if (use == DataUse.Beside)
        {
            if (!Directory.Exists(Path)) throw new DirectoryNotFoundException($"There is no data folder {Path}. Name it with --data DIR.");
            return;
        }

        // Made by us it is for nobody else on the machine; one that an administrator made keeps the rights it was given.
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(Path);
        else Directory.CreateDirectory(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.CreateDirectory(Spool);
        try
        {
            _lock = new FileStream(File("server.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new IOException($"Another Headwater uses the data folder {Path}. Stop it, or give this one its own with --data DIR.", e);
        }

        // What an earlier run was still receiving was never acknowledged.
        foreach (var left in Directory.EnumerateFiles(Spool)) System.IO.File.Delete(left);
    }

    public string Path { get; }

    /// <summary>For what is being received.</summary>
    public string Spool { get; }

    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Keeps documents from being deleted while the answer lives; several may hold them.</summary>
    public IDisposable HoldDocuments()
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite };
        using (new FileStream(File("documents.lock"), options)) { } // A reader alone cannot make it.
        return new FileStream(File("documents.lock"), FileMode.Open, FileAccess.Read, FileShare.Read);
    }

    /// <summary>The right to delete documents while the answer lives; null while somebody holds them.</summary>
    public IDisposable? TryDeleteDocuments()
    {
        try
        {
            return new FileStream(File("documents.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    public void Dispose() => _lock?.Dispose();
}
