using System.Text;
using Headwater.Core.Licences.Curations;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Http;

namespace Headwater.Server.Features.Curations;

/// <summary>Files of curations, in the forms of other tools.</summary>
internal static class ExchangeApi
{
    public static void Map(RouteGroupBuilder curations)
    {
        curations.MapGet("/file", FileAsync).Takes("as", ["ort", "clearlydefined"], anyCase: true).Produces<string>(contentType: "application/yaml").Require(Permissions.ViewPortfolio).WithSummary("The decisions that hold as a YAML file of package curations (as=ort, the default) or of ClearlyDefined (as=clearlydefined)");
        curations.MapPost("/file", TakeAsync).Produces<ExchangePlan>().Require(Permissions.LicenceDecision)
            .WithSummary("Takes such a file, in either form; with preview=true nothing is done but told what would be");
    }

    private static async Task<IResult> FileAsync(HttpContext http, CurationExchange exchange, [Microsoft.AspNetCore.Mvc.FromQuery(Name = "as")] string? form, CancellationToken cancellationToken)
    {
        var format = string.Equals(form, "clearlydefined", StringComparison.OrdinalIgnoreCase) ? CurationFormat.ClearlyDefined : CurationFormat.Ort;
        return TypedResults.File(Encoding.UTF8.GetBytes(await exchange.WriteAsync(http.User.Viewer(), format, cancellationToken)), "application/yaml", format == CurationFormat.Ort ? "curations.yml" : "clearlydefined-curations.yml");
    }

    private static async Task<IResult> TakeAsync(HttpContext http, CurationExchange exchange, bool? preview, CancellationToken cancellationToken)
    {
        if (http.Request.ContentLength > CurationFile.Longest) return TooLong();
        using var body = new StreamReader(http.Request.Body, Encoding.UTF8);
        var (text, buffer) = (new StringBuilder(), new char[16 * 1024]);
        while (await body.ReadAsync(buffer, cancellationToken) is > 0 and var read)
        {
            if (text.Length + read > CurationFile.Longest) return TooLong();
            text.Append(buffer, 0, read);
        }

        var plan = preview == true ? await exchange.PreviewAsync(http.User.Viewer(), text.ToString(), cancellationToken) : await exchange.ApplyAsync(http.User.Viewer(), text.ToString(), null, http.User.Actor(), cancellationToken);
        plan ??= await exchange.PreviewAsync(http.User.Viewer(), text.ToString(), cancellationToken);
        return plan.Error is { } error ? Problems.Of(StatusCodes.Status400BadRequest, "The file cannot be read", error) : TypedResults.Ok(plan);
    }

    private static IResult TooLong() => Problems.Of(StatusCodes.Status413PayloadTooLarge, "The file is too long", $"It has more than {CurationFile.Longest:N0} characters.");
}
