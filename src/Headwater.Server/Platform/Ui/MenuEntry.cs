namespace Headwater.Server.Platform.Ui;

/// <summary>The groups of the left navigation, in their order.</summary>
internal enum MenuGroup
{
    Overview,
    Inventory,
    Risk,
    Licences,
    Policy,
    Requests,
    Contributions,
    Community,
    Programme,
    Evidence,
    Admin,
}

/// <summary>One line of the navigation. A feature registers its own; a group without lines is not shown.</summary>
/// <param name="Group">Where it stands.</param>
/// <param name="Order">Its place in the group, lowest first.</param>
/// <param name="TextKey">The key of its name.</param>
/// <param name="Path">The page it opens; the line is lit on every page below it.</param>
/// <param name="Icon">The icon's name.</param>
/// <param name="GoKey">The letter that opens it after <c>g</c>.</param>
/// <param name="Policy">The authorisation policy a person needs to see it; null for everyone signed in.</param>
internal sealed record MenuEntry(MenuGroup Group, int Order, string TextKey, string Path, string Icon, char? GoKey = null, string? Policy = null);
