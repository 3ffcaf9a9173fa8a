using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Ui;

namespace Headwater.Server.Features.Grants.Pages;

/// <summary>Words that the pages of roles share.</summary>
internal static class GrantViews
{
    public static string ErrorKey(GrantOutcome outcome) => outcome switch
    {
        GrantOutcome.NoSuchPerson => "grants.noPerson",
        GrantOutcome.NoSuchRole => "grants.noRole",
        GrantOutcome.NoSuchUnit => "grants.noUnit",
        GrantOutcome.TooMuch => "grants.tooMuch",
        GrantOutcome.LastAdministrator => "grants.last",
        _ => "grants.missing",
    };

    /// <summary>Where a role comes from, in words.</summary>
    public static string Origin(Localiser text, GrantRow grant) => grant.Source == GrantStore.Manual ? text["grants.byHand", grant.GrantedBy]
        : grant.Source.StartsWith("group:", StringComparison.Ordinal) ? text["grants.byGroup", grant.Source["group:".Length..]] : text["grants.byAccount"];

    public static string RoleKey(string role) => Roles.Find(role)?.TextKey ?? role;
}
