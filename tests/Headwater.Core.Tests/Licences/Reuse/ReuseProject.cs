using System.Text;
using Headwater.Core.Licences.Packages;
using Headwater.Core.Licences.Reuse;

namespace Headwater.Core.Tests.Licences.Reuse;

/// <summary>A project in memory.</summary>
internal sealed class ReuseProject
{
    // So that this file says nothing of its own licence to tools that read tags.
    public const string Id = "SPDX-License" + "-Identifier: ", Holder = "SPDX-File" + "CopyrightText: ", SnippetHolder = "SPDX-Snippet" + "CopyrightText: ";

    private readonly Dictionary<string, byte[]> _files = new(StringComparer.Ordinal);

    /// <summary>With one file that is in order, and the text of its licence.</summary>
    public static ReuseProject Good() => new ReuseProject().With("src/a.c", Header("MIT")).With("LICENSES/MIT.txt", "text");

    public static string Header(string licence, string holder = "2024 Jane Doe") => $"// {Holder}{holder}\n// {Id}{licence}\n";

    public ReuseProject With(string path, string text) => With(path, Encoding.UTF8.GetBytes(text));

    public ReuseProject With(string path, byte[] bytes)
    {
        _files[path] = bytes;
        return this;
    }

    public ReuseProject Without(string path)
    {
        _files.Remove(path);
        return this;
    }

    public ReuseReport Lint() => ReuseLint.Run(_files.Select(f => new FolderFile(f.Key, f.Value.Length, () => new MemoryStream(f.Value))), LibrarySource.Library, null, TestContext.Current.CancellationToken);
}
