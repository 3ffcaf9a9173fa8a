using Headwater.Core.Licences.Expressions;
using Headwater.Core.Licences.Facts;
using Headwater.Core.Licences.Identification;

namespace Headwater.Core.Licences.Notices;

/// <summary>How far the source of what is made from a component has to be handed on.</summary>
public enum SourceDuty
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>Its own files, or its module.</summary>
    Files,

    /// <summary>The library, and what is needed to use another version of it.</summary>
    Library,

    /// <summary>The whole work.</summary>
    Work,
}

/// <summary>What a notice needs to know of licences.</summary>
/// <param name="Expressions">Reads expressions.</param>
/// <param name="Text">The standard text of a licence or exception; null where none is known.</param>
/// <param name="Duty">How far the source has to be handed on.</param>
/// <param name="Read">What a text states.</param>
public sealed record NoticeKnowledge(ExpressionParser Expressions, Func<string, string?> Text, Func<LicenceTerm, SourceDuty> Duty, Func<string, StatedLicence> Read)
{
    /// <summary>What the library knows.</summary>
    /// <param name="library">The library.</param>
    public static NoticeKnowledge Of(LicenceLibrary library)
    {
        ArgumentNullException.ThrowIfNull(library);
        return new NoticeKnowledge(library.Expressions, id => library.Find(id) is { } facts && !IsKind(facts) ? facts.Text : null, term => library.Judge(term).Category switch
        {
            LicenceCategory.CopyleftStrong => SourceDuty.Work,
            LicenceCategory.CopyleftLibrary => SourceDuty.Library,
            LicenceCategory.CopyleftModule or LicenceCategory.CopyleftFile or LicenceCategory.CopyleftLimited => SourceDuty.Files,
            _ => SourceDuty.None,
        }, text => StatedLicence.Of(text, library.Identify(text)));
    }

    /// <summary>LicenseDB has entries for what nobody in particular wrote ("proprietary", "see the file"): their text describes the kind, and is the text of no licence.</summary>
    private static bool IsKind(LicenceFacts facts) => facts is { ListedBy: LicenceSource.LicenseDb, Owner: "Unspecified", Category: LicenceCategory.Commercial or LicenceCategory.Unstated };
}
