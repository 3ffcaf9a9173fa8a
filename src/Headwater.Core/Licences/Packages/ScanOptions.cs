namespace Headwater.Core.Licences.Packages;

/// <summary>How far a scan goes. What is beyond a limit is told, never passed over in silence.</summary>
public sealed record ScanOptions
{
    /// <summary>Whether all text files are read, not only those that are about licences.</summary>
    public bool AllFiles { get; init; }

    /// <summary>So many entries are looked at, those of inner archives included.</summary>
    public int MaxEntries { get; init; } = 500_000;

    /// <summary>So many bytes are unpacked, those of inner archives included.</summary>
    public long MaxUnpacked { get; init; } = 4L * 1024 * 1024 * 1024;

    /// <summary>So many times larger than packed may what is unpacked be, from the first 32 MiB on.</summary>
    public int MaxRatio { get; init; } = 200;

    /// <summary>So deep archives in archives are opened; 0 for none.</summary>
    public int MaxDepth { get; init; } = 3;

    /// <summary>Larger archives within an archive are not opened, in bytes: they are held in memory.</summary>
    public int MaxInner { get; init; } = 128 * 1024 * 1024;

    /// <summary>So many characters of licence texts and notices are kept, of all files together.</summary>
    public long MaxTexts { get; init; } = 64 * 1024 * 1024;

    /// <summary>So long one file may take.</summary>
    public TimeSpan PerFile { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>So many files are read at once.</summary>
    public int Parallelism { get; init; } = Environment.ProcessorCount;

    /// <summary>Told the number of files that were read, now and then, on whichever thread.</summary>
    public Action<int>? Progress { get; init; }
}
