namespace Headwater.Server.Platform.Http;

/// <summary>What lies below the address of one thing, for programs.</summary>
internal static class Sight
{
    /// <summary>
    /// Where the thing is not, or not for the caller, there is nothing below it: an empty list would say that nothing was found in what is not there. Both are answered alike, as a list and as a file.
    /// </summary>
    /// <param name="isThere">Whether the caller sees what the address names.</param>
    public static RouteGroupBuilder Within(this RouteGroupBuilder group, Func<HttpContext, Task<bool>> isThere) =>
        group.AddEndpointFilter(async (call, next) => await isThere(call.HttpContext) ? await next(call) : TypedResults.NotFound());

    /// <summary>The number in the address; the route holds that it is one.</summary>
    public static long Number(HttpContext http, string name = "id") => long.Parse((string)http.GetRouteValue(name)!, System.Globalization.CultureInfo.InvariantCulture);
}
