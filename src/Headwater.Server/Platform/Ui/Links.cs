using System.Text;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.WebUtilities;

namespace Headwater.Server.Platform.Ui;

/// <summary>The addresses of pages, below whatever path prefix a proxy puts the server.</summary>
internal sealed class Links(NavigationManager navigation)
{
    private string? _base;

    /// <summary>The path prefix without a slash at the end; empty when there is none.</summary>
    public string Base => _base ??= new Uri(navigation.BaseUri).AbsolutePath.TrimEnd('/');

    /// <summary>An address below the prefix.</summary>
    public string To(string path) => Base + path;

    /// <summary>An address with one decoded segment appended.</summary>
    public string To(string path, object segment) => $"{Base}{path}/{Uri.EscapeDataString(segment.ToString() ?? "")}";

    public string Project(Guid uuid) => To("/projects", uuid);

    /// <summary>A project version, or one of its parts (<c>components</c>, <c>tree</c>, <c>findings</c>, <c>uploads</c>, <c>changes</c>, <c>why/7</c>).</summary>
    public string Version(Guid uuid, string? part = null) => To("/versions", uuid) + (part is null ? "" : "/" + part);

    public string Component(long id) => To("/components", id);

    public string ComponentVersion(long id) => To("/component-versions", id);

    public string Advisory(string id) => To("/advisories", id);

    public string Owner(long id) => To("/owners", id);

    /// <summary>Path and query of the page being shown, below the prefix.</summary>
    public string Here => "/" + navigation.ToBaseRelativePath(navigation.Uri);

    /// <summary>The address of the page being shown without its query.</summary>
    public string Path => new Uri(navigation.Uri).AbsolutePath;

    /// <summary>What the address of this page says for a name; null when it does not name it.</summary>
    public string? Said(string name) => QueryHelpers.ParseQuery(new Uri(navigation.Uri).Query).TryGetValue(name, out var said) ? said.ToString() : null;

    /// <summary>This page with some query parameters set (or, with null, left out); all others kept.</summary>
    public string With(params ReadOnlySpan<(string Name, object? Value)> changes)
    {
        var uri = new Uri(navigation.Uri);
        var query = QueryHelpers.ParseQuery(uri.Query);
        foreach (var (name, value) in changes)
        {
            query.Remove(name);
            if (value?.ToString() is { Length: > 0 } text) query[name] = text;
        }

        var built = new StringBuilder(uri.AbsolutePath);
        var separator = '?';
        foreach (var (name, values) in query)
        {
            foreach (var value in values)
            {
                built.Append(separator).Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value ?? ""));
                separator = '&';
            }
        }

        return built.ToString();
    }
}
