using Headwater.Server.Platform.Auth;

namespace Headwater.Server.Features.Grants;

/// <summary>A role that somebody has.</summary>
/// <param name="UnitId">Where it holds; 0 for the whole organisation.</param>
/// <param name="Unit">The unit's title; null for the whole organisation and for a unit that is gone.</param>
/// <param name="Source"><c>manual</c>, <c>group:NAME</c>, or <c>account</c> for the administrator that the installation made.</param>
internal sealed record GrantRow(long PersonId, string Name, string? Title, bool Active, string Role, long UnitId, string? Unit, string Source, DateTimeOffset GrantedAt, string GrantedBy)
{
    /// <summary>How a person is called: the full name where one is known.</summary>
    public string Called => string.IsNullOrWhiteSpace(Title) ? Name : Title;
}

/// <summary>What became of giving or taking a role.</summary>
internal enum GrantOutcome
{
    Done,
    NoSuchPerson,
    NoSuchRole,
    NoSuchUnit,

    /// <summary>It is more than the one who gives or takes has there.</summary>
    TooMuch,

    /// <summary>There is no such grant, or it comes from a group and is taken where the group is.</summary>
    Missing,

    /// <summary>Nobody would be left who may give roles.</summary>
    LastAdministrator,
}

/// <summary>A role to be given or taken.</summary>
/// <param name="UnitId">0 for the whole organisation.</param>
internal sealed record GrantWish(long PersonId, string Role, long UnitId);
