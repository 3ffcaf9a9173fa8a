namespace Headwater.Server.Platform.Ui;

/// <summary>The frame that every page stands in: components, texts, formats, assets.</summary>
internal static class UiModule
{
    public static IServiceCollection AddUi(this IServiceCollection services)
    {
        services.AddRazorComponents();
        services.AddHttpContextAccessor();
        services.AddCascadingAuthenticationState();
        services.AddAntiforgery(options =>
        {
            options.Cookie.Name = "hw-csrf";
            options.Cookie.SameSite = SameSiteMode.Strict;
            options.Cookie.HttpOnly = true;
            options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        });
        services.AddSingleton(_ => Localiser.Load("en"));
        services.AddSingleton<Assets>();
        services.AddSingleton<PageCatalogue>();
        services.AddSingleton<Formats>();
        services.AddScoped<Links>();
        return services;
    }

    public static void MapUi(this WebApplication app)
    {
        Assets.Map(app);
        Preferences.Map(app);
        ScopeChoice.Map(app);
        app.MapRazorComponents<App>();
    }
}
