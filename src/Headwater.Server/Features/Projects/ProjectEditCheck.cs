namespace Headwater.Server.Features.Projects;

/// <summary>Says what is wrong with a change before anything is written.</summary>
internal static class ProjectEditCheck
{
    public const int MostTags = 50, MostLinks = 20, MostPeople = 50, LongestText = 4000, LongestTag = 255;

    /// <summary>A sentence; null when nothing is wrong.</summary>
    public static string? Refuse(ProjectEdit edit)
    {
        if (edit.Name is { } name && (string.IsNullOrWhiteSpace(name) ? "A project needs a name." : ProjectNames.Refuse(name.Trim())) is { } unfit) return unfit;
        if (edit.Description is { Length: > LongestText }) return $"The description has more than {LongestText} characters.";
        if (edit.Description?.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t')) == true) return "The description has characters that cannot be printed.";
        foreach (var word in ProjectWords.All)
            if (edit[word] is { Length: > 0 } value && !word.Knows(value)) return $"{word.Name} is one of {string.Join(", ", word.Values.Select(v => v.Value))}; “{Cut(value)}” is not.";
        foreach (var tags in new[] { edit.Tags, edit.AddTags, edit.RemoveTags })
        {
            if (tags is { Count: > MostTags }) return $"A project has at most {MostTags} tags.";
            if (tags?.FirstOrDefault(t => t.Length > LongestTag || t.Any(char.IsControl)) is { } tag) return $"The tag “{Cut(tag)}” is longer than {LongestTag} characters or has some that cannot be printed.";
        }

        return Refuse(edit.Links) ?? Refuse(edit.People);
    }

    private static string? Refuse(IReadOnlyList<ProjectAddress>? links)
    {
        if (links is null) return null;
        if (links.Count > MostLinks) return $"A project has at most {MostLinks} links.";
        foreach (var link in links)
        {
            if (link.Url is not { Length: <= 2000 } || !Uri.TryCreate(link.Url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https" or "mailto"))
                return $"“{Cut(link.Url)}” is no address; it starts with https://, http:// or mailto: and has at most 2,000 characters.";
            if (link.Title is { Length: > 200 } || link.Title?.Any(char.IsControl) == true) return $"The title of {Cut(link.Url)} has more than 200 characters or some that cannot be printed.";
        }

        return null;
    }

    private static string? Refuse(IReadOnlyList<ProjectHolder>? people)
    {
        if (people is null) return null;
        if (people.Count > MostPeople) return $"A project has at most {MostPeople} people.";
        return people.FirstOrDefault(p => !ProjectWords.Part.Knows(p.Part)) is { } odd ? $"part is one of {string.Join(", ", ProjectWords.Part.Values.Select(v => v.Value))}; “{Cut(odd.Part)}” is not." : null;
    }

    private static string Cut(string? text) => text is { Length: > 80 } ? text[..80] + "…" : text ?? "";
}
