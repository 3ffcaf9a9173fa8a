using Headwater.Cli.Shell;
using Headwater.Core.Sboms;

namespace Headwater.Cli.Sboms;

/// <summary>Finds documents among the paths that were given, and opens them.</summary>
internal static class SbomFiles
{
    /// <summary>Largest standard input that is taken; it has to be kept, because a document is looked at before it is read.</summary>
    private const long MaxInput = 1L << 30;

    private static readonly EnumerationOptions Everything = new()
    {
        RecurseSubdirectories = true,
        MaxRecursionDepth = 64,
        AttributesToSkip = FileAttributes.Hidden | FileAttributes.System | FileAttributes.ReparsePoint,
    };

    /// <summary>A file to look at. One that was only found in a folder need not be a document at all.</summary>
    public readonly record struct Candidate(string Path, bool Named)
    {
        /// <summary>True when its name promises a document, so that not being one is an error.</summary>
        public bool Promises => Named || System.IO.Path.GetExtension(Path).ToLowerInvariant() is ".json" or ".xml" or ".cdx" or ".spdx" or ".rdf" or ".yaml" or ".yml" or ".tag";
    }

    /// <summary>Files as given, folders as the files in them in the order of their names.</summary>
    public static IEnumerable<Candidate> Find(IEnumerable<string> paths)
    {
        foreach (var path in paths)
        {
            if (path == "-" || !Directory.Exists(path))
            {
                yield return new(path, Named: true);
                continue;
            }

            var files = Directory.GetFiles(path, "*", Everything);
            Array.Sort(files, StringComparer.Ordinal);
            foreach (var file in files) yield return new(file, Named: false);
        }
    }

    /// <summary>Opens a file, or standard input for <c>-</c>, so that it can be read twice.</summary>
    /// <exception cref="CommandException">It cannot be opened; the message says why.</exception>
    public static Stream Open(string path)
    {
        try
        {
            if (path == "-") return Spool(Terminal.OpenInput());
            var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            if (stream.CanSeek) return stream;
            using (stream) return Spool(stream);
        }
        catch (FileNotFoundException)
        {
            throw new CommandException($"There is no file '{path}'.");
        }
        catch (DirectoryNotFoundException)
        {
            throw new CommandException($"There is no file '{path}'.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CommandException($"'{path}' cannot be read: {exception.Message}");
        }
    }

    private static FileStream Spool(Stream input)
    {
        var copy = new FileStream(Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None,
            bufferSize: 0, FileOptions.DeleteOnClose);
        var buffer = new byte[128 * 1024];
        long total = 0;
        for (int read; (read = input.Read(buffer)) > 0;)
        {
            if ((total += read) > MaxInput)
            {
                copy.Dispose();
                throw new CommandException($"Standard input is larger than {Terminal.Number(MaxInput)} bytes.");
            }

            copy.Write(buffer, 0, read);
        }

        copy.Position = 0;
        return copy;
    }
}
