namespace Headwater.Server.Platform.Ui;

/// <summary>Where to go back to, as told by a form or an address: only ever a page of this server.</summary>
internal static class LocalPath
{
    /// <summary>The path when it is one of ours, else the start page. Refuses other hosts in all their spellings (<c>//x</c>, <c>/\x</c>).</summary>
    public static string OrHome(string? path) =>
        path is { Length: > 0 and < 2048 } && path[0] == '/' && (path.Length == 1 || path[1] is not ('/' or '\\')) && !path.Any(char.IsControl) ? path : "/";
}
