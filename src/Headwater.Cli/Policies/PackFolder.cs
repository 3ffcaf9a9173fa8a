using System.Text;
using Headwater.Cli.Licences;
using Headwater.Cli.Shell;
using Headwater.Core.Policies.Packs;

namespace Headwater.Cli.Policies;

/// <summary>Reads packs from folders.</summary>
internal static class PackFolder
{
    private const int Deepest = 8;

    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static readonly string s_shipped = Path.Combine(AppContext.BaseDirectory, "packs");

    /// <summary>The names of the packs that are shipped.</summary>
    public static IEnumerable<string> Shipped => Directory.Exists(s_shipped) ? Directory.EnumerateDirectories(s_shipped).Select(Path.GetFileName).OfType<string>().Order(StringComparer.Ordinal) : [];

    /// <summary>Reads and checks a pack.</summary>
    /// <param name="named">A folder, or the name of a pack that is shipped.</param>
    /// <exception cref="CommandException">There is no such folder, or a file of it cannot be read.</exception>
    public static PackReading Read(string named)
    {
        var folder = Directory.Exists(named) ? named : Shipped.Contains(named, StringComparer.Ordinal) ? Path.Combine(s_shipped, named)
            : throw new CommandException($"There is no folder '{named}', and no pack of that name is shipped; there are {string.Join(", ", Shipped)}.");
        return PackReader.Read(Files(folder), LicenceCommands.Library);
    }

    /// <summary>A pack that can be used.</summary>
    /// <exception cref="CommandException">Something is wrong with it; all of it is said.</exception>
    public static PolicyPack Open(string named)
    {
        var reading = Read(named);
        if (reading.IsOk) return reading.Pack;
        foreach (var problem in reading.Problems.Where(p => !p.IsWarning).Take(20)) Terminal.Error(problem.ToString());
        throw new CommandException($"The pack '{named}' cannot be used. See all of it: headwater policy test {named}");
    }

    /// <summary>Reads a text file.</summary>
    /// <exception cref="CommandException">It is too long or no UTF-8.</exception>
    public static PackFile Text(string path, string name)
    {
        try
        {
            if (new FileInfo(path).Length > PackReader.LongestFile * 4L) throw new CommandException($"'{path}' is longer than {Terminal.Number(PackReader.LongestFile)} characters.");
            return new PackFile(name, s_strict.GetString(File.ReadAllBytes(path)).TrimStart('\uFEFF'));
        }
        catch (DecoderFallbackException)
        {
            throw new CommandException($"'{path}' is not text in UTF-8.");
        }
    }

    private static List<PackFile> Files(string folder)
    {
        var files = new List<PackFile>();
        foreach (var path in Directory.EnumerateFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = Deepest, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = false }))
        {
            var name = Path.GetRelativePath(folder, path).Replace(Path.DirectorySeparatorChar, '/');
            if (!PackReader.IsPart(name)) continue;
            if (FileType.Other(path) is { } what) throw new CommandException($"'{path}' is {what} and no file.");
            if (files.Count > PackReader.MostFiles) break;
            files.Add(Text(path, name));
        }

        return files;
    }
}
