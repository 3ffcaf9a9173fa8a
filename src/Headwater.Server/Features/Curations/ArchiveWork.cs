using Headwater.Core.Licences;
using Headwater.Core.Licences.Packages;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Curations;

/// <summary>What was taken from an archive.</summary>
/// <param name="Declared">What the archive itself declares, as it is written.</param>
/// <param name="Taken">The texts that were added, by their path.</param>
/// <param name="Skipped">What was not read or not taken, and why.</param>
/// <param name="LeftOut">How many texts of licences, notices and copyright there are that were not taken.</param>
/// <param name="IsComplete">False when a limit was reached or the archive is broken.</param>
internal sealed record ArchiveTaken(string? Declared, string? Found, IReadOnlyList<string> Taken, IReadOnlyList<string> Skipped, int LeftOut, bool IsComplete, string? Refusal = null);

/// <summary>Takes the texts of a component version from its archive: npm tgz, nupkg, jar, wheel, sdist, crate, gem, deb, zip, tar.</summary>
internal sealed class ArchiveWork(TextWork texts, LicenceLibrary library, DataFolder data, IdSource ids)
{
    public const long Largest = 200_000_000;
    private const int MostTexts = 200, MostSkipped = 50;

    private static readonly ScanOptions Options = new() { MaxEntries = 100_000, MaxUnpacked = 1L << 30, MaxTexts = 16 * 1024 * 1024, MaxDepth = 2, PerFile = TimeSpan.FromSeconds(2), Parallelism = 2 };

    public async Task<ArchiveTaken> TakeAsync(Viewer viewer, long componentVersion, Stream body, string? name, string by, CancellationToken cancellationToken)
    {
        name = Path.GetFileName(name ?? "");
        if (name.Length is 0 or > 300) return Refused("Say what the archive is called: its name tells its kind.");
        if (!PackageScan.IsArchive(name)) return Refused($"\"{name}\" is no archive that is read here: npm tgz, nupkg, jar, wheel, sdist, crate, gem, deb, zip and tar are.");
        var spool = Path.Combine(data.Spool, ids.NewUuid().ToString("N"));
        try
        {
            await using var file = new FileStream(spool, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 64 * 1024, FileOptions.DeleteOnClose | FileOptions.Asynchronous);
            var buffer = new byte[64 * 1024];
            for (int read; (read = await body.ReadAsync(buffer, cancellationToken)) > 0;)
            {
                if (file.Length + read > Largest) return Refused($"The archive is larger than {Largest / 1_000_000} million bytes.");
                await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }

            file.Position = 0;
            var scan = await Task.Run(() => PackageScan.Read(file, name, library, Options, cancellationToken), cancellationToken);
            return await KeepAsync(viewer, componentVersion, scan, by, cancellationToken);
        }
        catch (IOException e) when (e is not BadHttpRequestException)
        {
            throw new StorageException($"The archive could not be received: {e.Message}", e);
        }
    }

    private async Task<ArchiveTaken> KeepAsync(Viewer viewer, long componentVersion, PackageScan scan, string by, CancellationToken cancellationToken)
    {
        // What lies inside is under its own licences; they are delivered with the package.
        var all = scan.Packages.SelectMany(p => p.Files).Where(f => f.Text is { Length: > 0 } && f.Role is FileRole.Licence or FileRole.Notice or FileRole.Copyright).DistinctBy(f => f.Path).ToList();
        var tooLong = all.FindAll(f => f.Text!.Length > TextWork.LongestText);
        var fitting = all.Except(tooLong).ToList();
        var found = fitting.Take(MostTexts)
            .Select(f => new NewText(componentVersion, f.Path.Length <= TextWork.LongestName ? f.Path : f.Path[^TextWork.LongestName..], f.Role switch { FileRole.Licence => TextKind.Licence, FileRole.Notice => TextKind.Notice, _ => TextKind.Copyright }, f.Text!.ReplaceLineEndings("\n"))).ToList();
        var why = tooLong.Select(f => $"{f.Path}: It is longer than {TextWork.LongestText:N0} characters.").ToList();
        if (fitting.Count > MostTexts) why.Insert(0, $"{fitting[MostTexts].Path}: It and {fitting.Count - MostTexts - 1} behind it are beyond the {MostTexts} texts that are taken of one archive.");
        why.AddRange(scan.Skipped.Select(s => $"{s.Path}: {s.Reason}"));
        IReadOnlyList<string> skipped = why.Count <= MostSkipped ? why : [.. why.Take(MostSkipped), $"{why.Count - MostSkipped} more are not listed."];
        var leftOut = all.Count - found.Count;
        var taken = new ArchiveTaken(scan.Main.Declared?.Raw, scan.Main.Found?.ToString(), [.. found.Select(f => f.Name)], skipped, leftOut, scan.IsComplete && leftOut == 0);
        if (found.Count == 0) return taken with { Refusal = skipped.Count > 0 ? $"No text of a licence was taken from it. {skipped[0]}" : "No text of a licence was found in it." };
        return await texts.AddAsync(viewer, componentVersion, found, "archive", by, cancellationToken) is { } refusal ? Refused(refusal) : taken;
    }

    private static ArchiveTaken Refused(string why) => new(null, null, [], [], 0, true, why);
}
