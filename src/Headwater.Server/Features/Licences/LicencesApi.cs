using Headwater.Core.Licences;
using Headwater.Core.Licences.Compatibility;
using Headwater.Core.Licences.Expressions;
using Headwater.Core.Licences.Obligations;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Http;
using Headwater.Server.Platform.Ui;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Headwater.Server.Features.Licences;

/// <summary>Licences for programs. They tell nothing of what the organisation uses, so everybody who may look at something may read them.</summary>
internal static class LicencesApi
{
    public static void Map(IEndpointRouteBuilder app)
    {
        var api = app.MapGroup(Api.Root + "/licences").WithTags("Licences");
        api.MapGet("", ListAsync).Takes("category", [.. LicenceFilter.Categories]).Takes("flag", [.. LicenceFilter.Flags]).Takes("list", [.. LicenceFilter.Lists]).Takes("kind", [.. LicenceFilter.Kinds]).Require(Permissions.ViewPortfolio)
            .WithSummary("All licences and exceptions that are known: the SPDX list, LicenseDB, and the organisation's own");
        api.MapGet("/obligations", ObligationsAsync).Takes("context", [.. UseQuery.Reaches]).Takes("linkage", [.. UseQuery.Linkages]).Takes("delivery", [.. UseQuery.Deliveries]).Takes("modified", [.. UseQuery.Modified]).Require(Permissions.ViewPortfolio)
            .WithSummary("What the licences of an expression ask for in a context: one list for each way to choose, each duty once with the clauses behind it. What is not said of the context is not assumed");
        api.MapGet("/compatibility", CompatibilityAsync).Takes("context", [.. UseQuery.Reaches]).Takes("linkage", [.. UseQuery.Linkages]).Takes("delivery", [.. UseQuery.Deliveries]).Takes("modified", [.. UseQuery.Modified]).Require(Permissions.ViewPortfolio)
            .WithSummary("Whether software under one expression (inbound) may go out as a part of what is under another (outbound); not asserted before linkage and context are said");
        api.MapGet("/expression", (LicenceLibrary library, string expression) => TypedResults.Ok(ReadExpression.Of(library, expression))).Require(Permissions.ViewPortfolio).WithSummary("Reads an expression as people write it: canonical form, what was mended, what is odd; or what is wrong and where");
        api.MapGet("/{id}", async Task<Results<Ok<LicenceDetail>, NotFound>> (LicenceCatalogue licences, string id, CancellationToken cancellationToken) =>
            await licences.GetAsync(id, cancellationToken) is { } it ? TypedResults.Ok(it) : TypedResults.NotFound()).Require(Permissions.ViewPortfolio).WithSummary("What is known of a licence or an exception, whose data says so, and its text");
        api.MapGet("/{id}/compatibility", AgainstAllAsync).Takes("as", ["whole", "part"]).Takes("context", [.. UseQuery.Reaches]).Takes("linkage", [.. UseQuery.Linkages]).Produces<IReadOnlyList<CompatibilityPair>>().Require(Permissions.ViewPortfolio)
            .WithSummary("A licence against all those of the matrix, as the whole or as the part");
        OwnLicencesApi.Map(api);
    }

    private static Task<IResult> ListAsync(LicenceCatalogue licences, [AsParameters] Listing listing, string? category, string? flag, string? list, string? kind, bool? osi, bool? fsf, bool? deprecated, CancellationToken cancellationToken) => listing.AnswerAsync("licences",
        async (page, token) => (await licences.ListAsync(new LicenceFilter(category, flag, list, kind, osi ?? false, fsf ?? false, deprecated ?? false), page, token)).Page, Columns, cancellationToken);

    private static readonly (string Name, Func<LicenceRow, object?> Value)[] Columns =
    [
        ("id:id", r => r.Id), ("name:name", r => r.Name), ("kind", r => OwnLicenceInput.Word(r.Kind)), ("list:list", r => OwnLicenceInput.Word(r.ListedBy)), ("category:category", r => OwnLicenceInput.Word(r.Category)), ("category:category says", r => OwnLicenceInput.Word(r.CategorySource)),
        ("flags:flags", r => string.Join(' ', r.Flags.Select(OwnLicenceInput.Word))), ("approved:osi", r => r.IsOsiApproved), ("approved:fsf", r => r.IsFsfLibre), ("rating:blue oak", r => r.BlueOak), ("owner:owner", r => r.Owner), ("deprecated", r => r.IsDeprecated),
    ];

    private static async Task<IResult> ObligationsAsync(LicenceCatalogue licences, string expression, string? context, string? modified, string? linkage, string? delivery, CancellationToken cancellationToken)
    {
        if (Read(licences.Library, "expression", expression, out var refusal) is not { } read) return refusal!;
        var use = UseQuery.Of(context, modified, linkage, delivery);
        return licences.Library.Obligations.For(read, use, await licences.OwnAsync(cancellationToken)) is { } lists ? TypedResults.Ok(new ObligationsView(read.ToString(), use, lists))
            : Problems.Of(StatusCodes.Status400BadRequest, "There are too many ways to choose", $"The expression leaves more than {LicenceChoices.Most} ways to choose. Ask for each of them.");
    }

    private static async Task<IResult> CompatibilityAsync(LicenceCatalogue licences, string outbound, string inbound, string? context, string? modified, string? linkage, string? delivery, CancellationToken cancellationToken)
    {
        if (Read(licences.Library, "outbound", outbound, out var refusal) is not { } whole || Read(licences.Library, "inbound", inbound, out refusal) is not { } part) return refusal!;
        return TypedResults.Ok(licences.Library.Compatibility.Check(whole, part, UseQuery.Of(context, modified, linkage, delivery), await licences.OwnAsync(cancellationToken)));
    }

    private static async Task<IResult> AgainstAllAsync(LicenceCatalogue licences, Localiser text, string id, [AsParameters] Listing listing, string? @as, string? context, string? linkage, CancellationToken cancellationToken)
    {
        if (await licences.GetAsync(id, cancellationToken) is not { Facts.Kind: Core.Licences.Facts.LicenceKind.Licence } it) return TypedResults.NotFound();
        var rows = AgainstAll(licences.Library, it.Facts.Id, @as == "whole", UseQuery.Of(context, null, linkage, null), await licences.OwnAsync(cancellationToken));
        return listing.AnswerWhole("compatibility", rows, [("outbound", r => r.Outbound), ("inbound", r => r.Inbound), ("verdict:verdict", r => text[LicenceKeys.Of(r.Verdict)]), ("why:explanation", r => r.Explanation), ("matrix", r => r.IsOfMatrix)], cancellationToken);
    }

    /// <summary>One licence against all of the matrix.</summary>
    public static IReadOnlyList<CompatibilityPair> AgainstAll(LicenceLibrary library, string id, bool asWhole, UseContext use, Func<string, Core.Licences.Facts.LicenceFacts?> own)
    {
        var it = new LicenceTerm(id);
        return [.. library.Compatibility.Licences.Select(other => library.Expressions.Parse(other, ExpressionMode.Strict30).Expression).OfType<LicenceTerm>().SelectMany(other => library.Compatibility.Check(asWhole ? it : other, asWhole ? other : it, use, own).Pairs)];
    }

    private static LicenceExpression? Read(LicenceLibrary library, string parameter, string text, out ProblemHttpResult? refusal)
    {
        var read = library.Expressions.Parse(text, ExpressionMode.Lenient);
        refusal = read.IsRead ? null : Problems.Of(StatusCodes.Status400BadRequest, "The expression cannot be read", $"At character {read.At + 1}: {read.Error}", new[] { new { parameter, detail = read.Error } });
        return read.Expression;
    }

    internal sealed record ObligationsView(string Expression, UseContext Context, IReadOnlyList<ObligationList> Choices);
}
