using AngleSharp;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using Headwater.Server.Platform.Ui;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Headwater.Server.Tests.Ui;

/// <summary>Renders one component to HTML and parses it, as a browser without script would.</summary>
internal static class Html
{
    public static async Task<IElement> RenderAsync<T>(params (string Name, object? Value)[] parameters) where T : IComponent
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<NavigationManager, FixedNavigation>();
        services.AddSingleton(Localiser.Load("en")).AddSingleton<Formats>().AddSingleton<Assets>().AddSingleton<PageCatalogue>().AddScoped<Links>();
        await using var provider = services.BuildServiceProvider();
        await using var renderer = new HtmlRenderer(provider, NullLoggerFactory.Instance);
        var text = await renderer.Dispatcher.InvokeAsync(async () =>
            (await renderer.RenderComponentAsync<T>(ParameterView.FromDictionary(parameters.ToDictionary(p => p.Name, p => p.Value)))).ToHtmlString());
        return Parse(text).Body!;
    }

    public static AngleSharp.Html.Dom.IHtmlDocument Parse(string html) => new HtmlParser().ParseDocument(html);

    /// <summary>Text with runs of white space as one blank.</summary>
    public static string Said(this IElement element) => string.Join(' ', element.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private sealed class FixedNavigation : NavigationManager
    {
        public FixedNavigation() => Initialize("http://headwater.test/base/", "http://headwater.test/base/projects?q=shop&sort=-risk");
    }
}
