using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Headwater.Server.Platform.Data;
using Microsoft.AspNetCore.Mvc;
using Microsoft.OpenApi;

namespace Headwater.Server.Platform.Http;

/// <summary>
/// What an address of our own interface takes from the query. A handler says it by its parameters; <see cref="QueryParameters.Takes{T}(T, string, IReadOnlyList{string}, bool)"/> adds the words that one may be, and what the handler
/// reads from the query itself. The description names all of it, and what cannot be is refused before the handler runs: a filter that is passed over gives a program something else than it asked for.
/// </summary>
/// <param name="Words">What it may be; null where its type says so.</param>
/// <param name="AnyCase">True where the words are taken in capitals too.</param>
/// <param name="Help">What can be, as a sentence; null for the usual one.</param>
internal sealed record QueryParameter(string Name, Type Type, IReadOnlyList<string>? Words = null, bool AnyCase = false, string? Help = null, bool Required = false)
{
    /// <summary>Every request asks; endpoints are what they are from the start on.</summary>
    private static readonly ConditionalWeakTable<Endpoint, IReadOnlyList<QueryParameter>> s_known = [];

    /// <summary>All that an endpoint takes.</summary>
    public static IReadOnlyList<QueryParameter> Of(Endpoint endpoint) => s_known.GetValue(endpoint, Read);

    private static IReadOnlyList<QueryParameter> Read(Endpoint endpoint)
    {
        var said = endpoint.Metadata.OfType<QueryParameter>().ToList();
        var path = (endpoint as RouteEndpoint)?.RoutePattern.Parameters.Select(p => p.Name).ToHashSet(StringComparer.OrdinalIgnoreCase) ?? [];
        return [.. (endpoint.Metadata.GetMetadata<MethodInfo>()?.GetParameters() ?? []).SelectMany(Bound).Where(b => !path.Contains(b.Name) && said.All(s => s.Name != b.Name)), .. said];
    }

    /// <summary>The refusal of what came; null when it can be.</summary>
    public RefusedParameterException? Refuse(IQueryCollection query)
    {
        var value = query[Name].ToString();
        if (value.Length == 0) return Required ? new RefusedParameterException(Name, value, Allowed + " It has to be said.") : null;
        var known = Words is not null ? Words.Contains(value, AnyCase ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal)
            : Type == typeof(bool) ? bool.TryParse(value, out _) : Type == typeof(int) ? int.TryParse(value, NumberStyles.Integer, CultureInfo.InvariantCulture, out _)
            : Type == typeof(long) ? long.TryParse(value, NumberStyles.Integer, CultureInfo.InvariantCulture, out _) : Type != typeof(Guid) || Guid.TryParse(value, out _);
        return known ? null : new RefusedParameterException(Name, value, Allowed);
    }

    public OpenApiSchema Schema() => new()
    {
        Type = Type == typeof(bool) ? JsonSchemaType.Boolean : Type == typeof(int) || Type == typeof(long) ? JsonSchemaType.Integer : JsonSchemaType.String,
        Format = Type == typeof(int) ? "int32" : Type == typeof(long) ? "int64" : Type == typeof(Guid) ? "uuid" : null, Enum = Words?.Select(w => (JsonNode)w).ToList(),
    };

    private string Allowed => Help ?? (Words is not null ? $"It is {Either(Words)}." : Type == typeof(bool) ? "It is true or false." : Type == typeof(Guid) ? "It is a UUID." : "It is a whole number.");

    private static string Either(IReadOnlyList<string> words) => words.Count == 1 ? words[0] : $"{string.Join(", ", words.SkipLast(1))} or {words[^1]}";

    private static IEnumerable<QueryParameter> Bound(ParameterInfo parameter)
    {
        if (parameter.IsDefined(typeof(AsParametersAttribute), false))
            return parameter.ParameterType.GetProperties().Where(p => p.IsDefined(typeof(FromQueryAttribute), false)).Select(p => new QueryParameter(p.GetCustomAttribute<FromQueryAttribute>()!.Name ?? p.Name, Nullable.GetUnderlyingType(p.PropertyType) ?? p.PropertyType));
        var type = Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType;
        var isValue = type == typeof(string) || type == typeof(bool) || type == typeof(int) || type == typeof(long) || type == typeof(Guid);
        return !isValue || parameter.IsDefined(typeof(FromFormAttribute), false) || parameter.IsDefined(typeof(FromHeaderAttribute), false) || parameter.IsDefined(typeof(FromBodyAttribute), false) ? []
            : [new QueryParameter(parameter.Name!, type, Required: type != typeof(string) && type == parameter.ParameterType && !parameter.HasDefaultValue)];
    }
}

internal static class QueryParameters
{
    /// <summary>It takes a parameter that is one of a few words.</summary>
    public static T Takes<T>(this T endpoint, string name, IReadOnlyList<string> words, bool anyCase = false) where T : IEndpointConventionBuilder => endpoint.WithMetadata(new QueryParameter(name, typeof(string), words, anyCase));

    /// <summary>It takes a parameter that its handler reads from the query itself.</summary>
    /// <param name="help">What can be, as a sentence; null for what the type says.</param>
    public static T Takes<T>(this T endpoint, string name, Type type, string? help = null) where T : IEndpointConventionBuilder => endpoint.WithMetadata(new QueryParameter(name, type, Help: help));

    /// <summary>The first that cannot be as it came; null when all can.</summary>
    public static RefusedParameterException? Refusal(HttpContext http) => !Api.IsOwn(http.Request.Path) || http.GetEndpoint() is not { } endpoint ? null
        : Listing.Refusal(http) ?? QueryParameter.Of(endpoint).Select(p => p.Refuse(http.Request.Query)).FirstOrDefault(r => r is not null);

    /// <summary>Puts into the description of an operation what only <see cref="QueryParameter"/> knows.</summary>
    public static void Describe(OpenApiOperation operation, IEnumerable<object> metadata)
    {
        foreach (var parameter in metadata.OfType<QueryParameter>())
        {
            operation.Parameters ??= [];
            if (operation.Parameters.OfType<OpenApiParameter>().FirstOrDefault(p => p.In == ParameterLocation.Query && p.Name == parameter.Name) is { } described) described.Schema = parameter.Schema();
            else operation.Parameters.Add(new OpenApiParameter { Name = parameter.Name, In = ParameterLocation.Query, Schema = parameter.Schema() });
        }
    }
}
