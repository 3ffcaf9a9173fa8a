using System.Reflection;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components;

namespace Headwater.Server.Platform.Ui;

/// <summary>The groups of the left navigation, in their order.</summary>
public enum MenuGroup
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

/// <summary>Puts a page into the navigation: deleting the page's feature takes its line away too.</summary>
/// <param name="group">Where it stands; a group without lines is not shown.</param>
/// <param name="order">Its place in the group, lowest first.</param>
/// <param name="textKey">The key of its name.</param>
/// <param name="icon">The icon's name.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class MenuAttribute(MenuGroup group, int order, string textKey, string icon) : Attribute
{
    public MenuGroup Group => group;
    public int Order => order;
    public string TextKey => textKey;
    public string Icon => icon;

    /// <summary>The letter that opens it after <c>g</c>.</summary>
    public char GoKey { get; set; }

    /// <summary>Another path whose pages belong to this line.</summary>
    public string? Also { get; set; }
}

/// <summary>Puts a component into a place on another feature's page. It gets the parameter <c>Id</c>.</summary>
/// <param name="place">The place's name, for example <c>owner</c>.</param>
/// <param name="order">Lowest first.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class PagePartAttribute(string place, int order) : Attribute
{
    public string Place => place;
    public int Order => order;
}

/// <summary>One line of the navigation.</summary>
/// <param name="Path">The page it opens; the line is lit on every page below it.</param>
/// <param name="Policy">What a person must be allowed to see it; null for everyone signed in.</param>
internal sealed record MenuEntry(MenuGroup Group, int Order, string TextKey, string Path, string Icon, string? GoKey, string? Also, string? Policy);

/// <summary>What the pages say of themselves, read once.</summary>
internal sealed class PageCatalogue
{
    public PageCatalogue()
    {
        var pages = typeof(PageCatalogue).Assembly.GetTypes().Where(t => typeof(IComponent).IsAssignableFrom(t)).ToList();
        Menu =
        [
            .. from type in pages
               let line = type.GetCustomAttribute<MenuAttribute>()
               where line is not null
               orderby line.Group, line.Order
               select new MenuEntry(line.Group, line.Order, line.TextKey, type.GetCustomAttributes<RouteAttribute>().MinBy(r => r.Template.Length)!.Template, line.Icon,
                   line.GoKey == 0 ? null : line.GoKey.ToString(), line.Also, type.GetCustomAttribute<AuthorizeAttribute>()?.Policy),
        ];
        _parts = (from type in pages
                  let part = type.GetCustomAttribute<PagePartAttribute>()
                  where part is not null
                  orderby part.Order
                  select (part.Place, type)).ToLookup(p => p.Place, p => p.type);
    }

    private readonly ILookup<string, Type> _parts;

    public IReadOnlyList<MenuEntry> Menu { get; }

    /// <summary>The lines that lead where somebody may go.</summary>
    public async Task<IReadOnlyList<MenuEntry>> MenuOfAsync(System.Security.Claims.ClaimsPrincipal person, IAuthorizationService authorization)
    {
        var shown = new List<MenuEntry>();
        foreach (var entry in Menu)
            if (entry.Policy is null || (await authorization.AuthorizeAsync(person, entry.Policy)).Succeeded) shown.Add(entry);
        return shown;
    }

    /// <summary>The components for a place on a page, in order.</summary>
    public IEnumerable<Type> PartsOf(string place) => _parts[place];
}
