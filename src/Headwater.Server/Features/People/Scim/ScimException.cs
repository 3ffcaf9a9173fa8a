namespace Headwater.Server.Features.People.Scim;

/// <summary>A request that SCIM answers with an error (RFC 7644, section 3.12).</summary>
/// <param name="type">One of the standard's words (<c>invalidFilter</c>, <c>uniqueness</c>, …) or null.</param>
internal sealed class ScimException(int status, string? type, string detail) : Exception(detail)
{
    public int Status => status;

    public string? Type => type;

    public static ScimException Syntax(string detail) => new(StatusCodes.Status400BadRequest, "invalidSyntax", detail);

    public static ScimException Value(string detail) => new(StatusCodes.Status400BadRequest, "invalidValue", detail);

    public static ScimException Filter(string detail) => new(StatusCodes.Status400BadRequest, "invalidFilter", detail);

    public static ScimException Path(string detail) => new(StatusCodes.Status400BadRequest, "invalidPath", detail);

    public static ScimException TooMany(string detail) => new(StatusCodes.Status400BadRequest, "tooMany", detail);

    public static ScimException Missing(string kind, string id) => new(StatusCodes.Status404NotFound, null, $"There is no {kind} {id}.");

    public static ScimException Taken(string detail) => new(StatusCodes.Status409Conflict, "uniqueness", detail);
}
