namespace Headwater.Cli.Shell;

/// <summary>Writes a whole result to a file, which appears complete or not at all, or to standard output.</summary>
internal static class OutputFile
{
    public static void Write(string? path, Action<Stream> write)
    {
        if (path is null or "-")
        {
            using var buffered = new BufferedStream(Terminal.OpenOutput(), 64 * 1024);
            write(buffered);
            buffered.Flush();
            return;
        }

        var temporary = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, 64 * 1024)) write(stream);
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
