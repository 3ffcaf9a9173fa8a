using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.RegularExpressions;
using Headwater.Server.Platform.Auth;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Headwater.Server.Tests.Access;

/// <summary>
/// Who may reach which address: every one that the server has, for every role and for nobody, against a table that somebody has looked at.
/// Set HEADWATER_APPROVE=1 to write it anew, and read the difference.
/// </summary>
public sealed partial class RoleTableTests(TestHost host) : IClassFixture<TestHost>
{
    private const string UnitAdministrator = "unit-administrator", NoRole = "no-role", Nobody = "nobody";

    // They look at the caller themselves: by where the request comes from, not by role alone.
    private static readonly string[] DecideThemselves = ["/metrics"];

    private static readonly string[] Callers = [Nobody, NoRole, .. Roles.Each.Select(r => r.Name), UnitAdministrator];

    [Fact]
    public async Task EveryAddress_ForEveryRole_AnswersAsTheTableSays()
    {
        var unit = (await host.UnitsAsync(new Headwater.Server.Features.Owners.CatalogueGroup("unit", "house", "House", null, null)))[("unit", "house")];
        var people = new Dictionary<string, (HttpClient Browser, HttpClient Bearer, long Id)>();
        foreach (var caller in Callers.Skip(1))
        {
            var id = await host.AddPersonAsync(caller);
            if (caller == UnitAdministrator) await host.GrantAsync(id, "administrator", unit);
            else if (caller != NoRole) await host.GrantAsync(id, caller, 0);
            people[caller] = (await host.BrowserAsync(caller), await host.BearerAsync(caller), id);
        }

        people[Nobody] = (host.Anonymous(), host.Anonymous(), 0);
        var (table, wrong) = (new StringBuilder(), new List<string>());
        table.Append("# 1 allowed, . refused: ").AppendJoin(", ", Callers).Append('\n');
        foreach (var (method, route, endpoint) in Addresses())
        {
            var line = new StringBuilder();
            foreach (var caller in Callers)
            {
                var (browser, bearer, id) = people[caller];
                var allowed = await IsAllowedAsync(endpoint, id);
                line.Append(allowed ? '1' : '.');
                // What is refused has no effect, so it is really sent; what is allowed is really sent where it only reads.
                if (DecideThemselves.Contains(route) || (allowed && method != "GET")) continue;
                var api = route.StartsWith("/api/", StringComparison.Ordinal);
                var status = await SendAsync(api ? bearer : browser, method, Filled(route), api);
                if (Refused(status) == allowed) wrong.Add($"{method} {route} for {caller}: {(int)status}");
            }

            table.Append($"{line}  {method,-6} {route}\n");
        }

        wrong.ShouldBeEmpty();
        var approved = Path.Combine(Root(), "tests", "Headwater.Server.Tests", "Access", "roles.txt");
        if (Environment.GetEnvironmentVariable("HEADWATER_APPROVE") == "1") await File.WriteAllTextAsync(approved, table.ToString());
        table.ToString().ShouldBe(await File.ReadAllTextAsync(approved), "An address is new, gone, or for others than before. Run this test with HEADWATER_APPROVE=1 and read the difference of roles.txt.");
    }

    private IEnumerable<(string Method, string Route, RouteEndpoint Endpoint)> Addresses() =>
        from endpoint in host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        let route = "/" + endpoint.RoutePattern.RawText!.TrimStart('/')
        where !route.StartsWith("/assets", StringComparison.Ordinal) && !route.StartsWith("/_", StringComparison.Ordinal)
        from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]
        where method is not ("HEAD" or "OPTIONS") && !(method == "POST" && endpoint.Metadata.GetMetadata<Microsoft.AspNetCore.Components.Endpoints.ComponentTypeMetadata>() is not null)
        orderby route, method
        select (method, route, endpoint);

    private async Task<bool> IsAllowedAsync(Endpoint endpoint, long person)
    {
        if (endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null) return true;
        await using var scope = host.Services.CreateAsyncScope();
        var policy = await AuthorizationPolicy.CombineAsync(scope.ServiceProvider.GetRequiredService<IAuthorizationPolicyProvider>(), endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>())
            ?? await scope.ServiceProvider.GetRequiredService<IAuthorizationPolicyProvider>().GetFallbackPolicyAsync();
        var who = new System.Security.Claims.ClaimsPrincipal(person == 0 ? new System.Security.Claims.ClaimsIdentity() : new System.Security.Claims.ClaimsIdentity("test"));
        var caller = new Caller(who, person == 0 ? Headwater.Server.Platform.Auth.Access.None : await host.Get<AccessStore>().OfPersonAsync(person, CancellationToken.None));
        return (await scope.ServiceProvider.GetRequiredService<IAuthorizationService>().AuthorizeAsync(caller, null, policy!)).Succeeded;
    }

    private static async Task<HttpStatusCode> SendAsync(HttpClient client, string method, string address, bool api)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), address);
        if (method != "GET" && api) request.Content = JsonContent.Create(new { });
        else if (method != "GET") request.Content = new FormUrlEncodedContent([]);
        using var answer = await client.SendAsync(request);
        return answer.StatusCode == HttpStatusCode.Redirect && answer.Headers.Location?.ToString().Contains("/sign-in", StringComparison.Ordinal) == true ? HttpStatusCode.Unauthorized : answer.StatusCode;
    }

    private static bool Refused(HttpStatusCode status) => status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden;

    private static string Filled(string route)
    {
        var text = Parameter().Replace(route, match => match.Groups[2].Value switch
        {
            ":int" => "404",
            ":long" => "999999",
            ":guid" => Guid.CreateVersion7().ToString(),
            _ => match.Groups[1].Value is "uuid" or "token" ? Guid.CreateVersion7().ToString() : "x",
        });
        return text == "/api/headwater/v1/changes" ? $"{text}?from={Guid.CreateVersion7()}&to={Guid.CreateVersion7()}" : text;
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Headwater.slnx"))) folder = folder.Parent;
        return folder!.FullName;
    }

    [GeneratedRegex(@"\{\*{0,2}(\w+)(:\w+)?[^}]*\}", RegexOptions.None, 1000)]
    private static partial Regex Parameter();
}
