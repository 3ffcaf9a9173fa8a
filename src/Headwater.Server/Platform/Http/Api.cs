namespace Headwater.Server.Platform.Http;

/// <summary>Where the two interfaces for programs lie. They share no path, so that neither has to bend to the other.</summary>
internal static class Api
{
    /// <summary>Everything of our own interface begins with this; the number changes when a client would break.</summary>
    public const string Root = "/api/headwater/v1";

    public static bool IsOwn(PathString path) => path.StartsWithSegments("/api/headwater", StringComparison.OrdinalIgnoreCase);
}
