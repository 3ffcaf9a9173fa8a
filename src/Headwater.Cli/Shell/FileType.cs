using System.Runtime.InteropServices;

namespace Headwater.Cli.Shell;

/// <summary>Tells pipes, sockets and devices from files, which the framework does not: whoever opens a pipe waits for somebody to write.</summary>
internal static class FileType
{
    private const int CurrentFolder = -100, NotThroughLinks = 0x100, TypeMask = 0xF000, ModeAt = 28, Length = 256;

    private const uint Type = 1;

    /// <summary>What stands there in place of a file or a folder, as words behind "It is"; null for files and folders, and where that cannot be told.</summary>
    public static string? Other(string path)
    {
        if (!OperatingSystem.IsLinux()) return null;
        // The answer of statx has the same shape on every processor, which that of stat has not.
        var answer = new byte[Length];
        try
        {
            if (statx(CurrentFolder, path, NotThroughLinks, Type, answer) != 0) return null;
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
        {
            return null;
        }

        return (BitConverter.ToUInt16(answer, ModeAt) & TypeMask) switch
        {
            0x1000 => "a named pipe",
            0xC000 => "a socket",
            0x2000 or 0x6000 => "a device",
            _ => null,
        };
    }

#pragma warning disable IDE1006, SYSLIB1054, CA2101 // The name is the C library's; generated marshalling would need unsafe code in the whole project.
    [DllImport("libc", SetLastError = true)]
    private static extern int statx(int folder, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, byte[] answer);
#pragma warning restore
}
