using System.Text.Json;
using Headwater.Core.Licences;

namespace Headwater.Core.Packages.Lockfiles;

/// <summary>Reads lockfiles: which package versions an installation would take, and from where. Pure: nothing is asked of anybody.</summary>
public static class LockfileReader
{
    /// <summary>Larger files are not read, in bytes.</summary>
    public const int MostBytes = 64 * 1024 * 1024;

    /// <summary>Files with more entries are not read.</summary>
    public const int MostPackages = 200_000;

    /// <summary>Objects of JSON that lie deeper in each other are not read.</summary>
    internal const int Deepest = 256;

    /// <summary>Reads a lockfile, which is recognised by its name, and by its content when the name says nothing.</summary>
    /// <param name="fileName">The file's name, with or without its folder.</param>
    /// <param name="stream">Its content, from where the stream stands.</param>
    /// <returns>What it pins. What is wrong with the file is said there; nothing is thrown for it.</returns>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public static LockfileReading Read(string fileName, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(fileName);
        ArgumentNullException.ThrowIfNull(stream);
        var kind = LockfileSniffer.ByName(fileName);
        using var bytes = new MemoryStream();
        var buffer = new byte[128 * 1024];
        while (stream.Read(buffer) is var read and > 0)
        {
            bytes.Write(buffer, 0, read);
            if (bytes.Length > MostBytes) return Refused(kind, null, $"The file is larger than {MostBytes / (1024 * 1024)} MiB.");
        }

        var text = TextFile.Of(bytes.GetBuffer().AsSpan(0, (int)bytes.Length)).Text;
        if (text is null) return Refused(kind, null, "The file is no text.");
        kind ??= LockfileSniffer.ByContent(text);
        if (kind is not { } known)
            return Refused(null, null, $"'{LockfileText.Shown(Path.GetFileName(fileName))}' is no lockfile that is known. There are package-lock.json, yarn.lock, pnpm-lock.yaml, requirements.txt, poetry.lock, uv.lock, pdm.lock, Pipfile.lock, Cargo.lock, composer.lock, Gemfile.lock, packages.lock.json, go.sum and gradle.lockfile.");

        var entries = new LockfileEntries();
        try
        {
            Read(known, text, entries);
            return entries.Finish(known);
        }
        catch (JsonException e)
        {
            return Refused(known, (int?)e.LineNumber + 1, e.Message.Contains("maximum configured depth", StringComparison.Ordinal)
                ? $"Lists or objects lie deeper than {Deepest} in each other." : "It is no valid JSON here, or the file ends too early.");
        }
        catch (InvalidOperationException)
        {
            // The name of a member, written with half a surrogate pair.
            return Refused(known, null, "A name is no valid Unicode.");
        }
        catch (FormatException e)
        {
            var (line, message) = Placed(e.Message);
            return Refused(known, line, message);
        }
    }

    private static void Read(LockfileKind kind, string text, LockfileEntries entries)
    {
        switch (kind)
        {
            case LockfileKind.Npm: NpmLock.Read(text, entries); break;
            case LockfileKind.Yarn: YarnLock.Read(text, entries); break;
            case LockfileKind.Pnpm: PnpmLock.Read(text, entries); break;
            case LockfileKind.Requirements: RequirementsFile.Read(text, entries); break;
            case LockfileKind.Poetry: PoetryLock.Read(text, entries); break;
            case LockfileKind.Uv: UvLock.Read(text, entries); break;
            case LockfileKind.Pdm: PdmLock.Read(text, entries); break;
            case LockfileKind.Pipenv: PipfileLock.Read(text, entries); break;
            case LockfileKind.Cargo: CargoLock.Read(text, entries); break;
            case LockfileKind.Composer: ComposerLock.Read(text, entries); break;
            case LockfileKind.Bundler: GemfileLock.Read(text, entries); break;
            case LockfileKind.NuGet: NuGetLock.Read(text, entries); break;
            case LockfileKind.Go: GoSum.Read(text, entries); break;
            default: GradleLock.Read(text, entries); break;
        }
    }

    private static LockfileReading Refused(LockfileKind? kind, int? line, string message) => new(kind, [], [], new LockfileProblem(line, message));

    /// <summary>The readers of YAML and TOML begin their sentences with the line.</summary>
    private static (int? Line, string Message) Placed(string message)
    {
        var colon = message.IndexOf(": ", StringComparison.Ordinal);
        if (!message.StartsWith("Line ", StringComparison.Ordinal) || colon < 6 || !int.TryParse(message.AsSpan(5, colon - 5), out var line)) return (null, message);
        var rest = message[(colon + 2)..];
        return (line, char.ToUpperInvariant(rest[0]) + rest[1..]);
    }
}
