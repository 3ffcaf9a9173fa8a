namespace Headwater.Server.Features.People;

/// <summary>A person in lists.</summary>
/// <param name="Name">What they sign in with.</param>
/// <param name="Title">What people call them; null when nobody said.</param>
/// <param name="Source">Who looks after the account: <c>local</c>, <c>import</c>, <c>oidc</c>, <c>scim</c>, or <c>deleted</c> by the directory.</param>
internal sealed record PersonRow(long Id, Guid Uuid, string Name, string? Title, string? Email, bool Active, string Source, bool SecondStep, DateTimeOffset CreatedAt, DateTimeOffset? LastSignInAt, DateTimeOffset? LeftAt,
    int Teams, int Projects, int Sessions)
{
    /// <summary>What to call them on a page.</summary>
    public string Called => string.IsNullOrWhiteSpace(Title) ? Name : Title;

    public bool IsLocal => Source == "local";
}

/// <summary>A team that somebody belongs to.</summary>
/// <param name="Group">The directory's group that put them there; null when somebody here did.</param>
internal sealed record Membership(long OwnerId, string Title, string Kind, string? Group);

/// <summary>A project that somebody has a part in.</summary>
internal sealed record ProjectPart(Guid Project, string Name, string Part);

/// <summary>Everything about one person.</summary>
/// <param name="Projects">Parts in projects in sight, by name, from where the reader asks for.</param>
/// <param name="AllProjects">How many those are in all.</param>
internal sealed record PersonDetail(PersonRow Person, IReadOnlyList<Membership> Teams, IReadOnlyList<ProjectPart> Projects, IReadOnlyList<string> Groups, int AllProjects);

/// <summary>What can be said of a person by hand.</summary>
internal sealed record PersonEdit(string Name, string? Title, string? Email);

/// <summary>What came of an act on a person.</summary>
internal enum PersonOutcome
{
    Done,
    NoSuchPerson,

    /// <summary>Another person has that name.</summary>
    NameTaken,

    /// <summary>A name is missing, too long, or has signs that cannot be typed.</summary>
    BadName,

    BadEmail,

    /// <summary>Nobody would be left to administer the installation.</summary>
    LastAdministrator,

    /// <summary>One cannot do that to oneself.</summary>
    Oneself,

    /// <summary>The account is looked after elsewhere.</summary>
    NotLocal,
}

/// <summary>A person chosen in a form.</summary>
internal sealed record PersonChoice(long Id, string Name, string? Title)
{
    /// <summary>The most that a form offers; whoever is not among them is typed.</summary>
    public const int Most = 2000;

    public string Called => string.IsNullOrWhiteSpace(Title) || Title == Name ? Name : $"{Title} ({Name})";
}

/// <summary>Somebody in a team.</summary>
/// <param name="Group">The directory's group that put them there; null when somebody here did.</param>
internal sealed record Member(long Id, string Called, string? Email, bool Active, string? Group);

/// <summary>Somebody, as the search names people.</summary>
/// <param name="Name">Of the account.</param>
internal sealed record FoundPerson(long Id, string Name, string? Title, string? Email);
