namespace Headwater.Server.Platform.Data;

/// <summary>The mark of a database whose tables are made and not yet filled; it goes with the commit that fills them.</summary>
internal static class Restoring
{
    public const string Setting = "restoring";

    /// <exception cref="InvalidOperationException">A restore was broken off: what is there must not be served.</exception>
    public static async Task RefuseHalfAsync(SettingStore settings)
    {
        if (await settings.GetAsync(Setting) is not null) throw new InvalidOperationException("A restore into this place was broken off. Run it again; until then there is nothing to serve.");
    }
}
