using System.IO.Compression;

namespace Headwater.Server.Features.Backup;

/// <summary>A backup as a file: opened, held against its own digests, and what is wrong with it told with its name and a way out.</summary>
internal static class BackupFile
{
    public static GZipStream Open(string file) => new(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, 128 * 1024, FileOptions.SequentialScan), CompressionMode.Decompress);

    /// <summary>Opens it for a restore, or says in a sentence why that cannot be.</summary>
    /// <exception cref="IOException">There is no such file.</exception>
    public static void Expect(string file)
    {
        if (Directory.Exists(file)) throw new IOException($"{file} is a folder. Name the file that 'headwater backup' wrote.");
        if (!File.Exists(file)) throw new FileNotFoundException($"There is no file {Path.GetFullPath(file)}. Name the file that 'headwater backup' wrote.");
    }

    /// <summary>Reads it from end to end as a restore would, and holds every part against its digest.</summary>
    /// <exception cref="BackupException">It is no backup, or damaged; the message says which part, and what to do.</exception>
    public static BackupManifest Verify(string file, CancellationToken cancellationToken)
    {
        try
        {
            using var input = Open(file);
            using var archive = new ArchiveReader(input);
            while (archive.Next())
            {
                cancellationToken.ThrowIfCancellationRequested();
                archive.Skip();
            }

            return archive.Manifest;
        }
        catch (BackupException e)
        {
            throw Unusable(file, e);
        }
    }

    /// <summary>The same trouble with the name of the file before it and what to do behind it.</summary>
    public static BackupException Unusable(string file, BackupException e) => new(e switch
    {
        NoBackupException => $"{file} is not a backup of Headwater: {e.Message} Name the file that 'headwater backup' wrote.",
        DamagedBackupException => $"{file} is damaged: {e.Message} Copy it again from where it was made and compare sizes and checksums, or take the backup before it: 'headwater audit verify FILE' and 'gzip -t FILE' tell whether another copy is whole.",
        _ => $"{file} cannot be used: {e.Message}",
    }, e);
}

/// <summary>A backup cannot be used. The message is a sentence about its content; the name of the file comes before it.</summary>
internal class BackupException(string message, Exception? cause = null) : FormatException(message, cause);

/// <summary>The file is something else.</summary>
internal sealed class NoBackupException(string message, Exception? cause = null) : BackupException(message, cause);

/// <summary>The file is not what was written.</summary>
internal sealed class DamagedBackupException(string message, Exception? cause = null) : BackupException(message, cause);
