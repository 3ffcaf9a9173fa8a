namespace Headwater.Core.Licences.Facts;

/// <summary>What kind of licence one is, in the order from the most that is asked in return to the least; each licence is in one category.</summary>
public enum LicenceCategory
{
    /// <summary>Nobody whose data is in the library has classified it.</summary>
    Unclassified,

    /// <summary>The whole of a work that is made from it is under the same licence (GPL, AGPL, EUPL).</summary>
    CopyleftStrong,

    /// <summary>The library stays under its licence, and whoever links it must let it be exchanged (LGPL).</summary>
    CopyleftLibrary,

    /// <summary>What is in the same module is under the same licence (CPL, EPL-1.0).</summary>
    CopyleftModule,

    /// <summary>What is in the same file is under the same licence (MPL, CDDL).</summary>
    CopyleftFile,

    /// <summary>Something of what is made from it is under the same licence; how much, the source does not say.</summary>
    CopyleftLimited,

    /// <summary>Notices are kept, and little else is asked.</summary>
    Permissive,

    /// <summary>Rights are given up.</summary>
    PublicDomain,

    /// <summary>The source may be seen, and what may be done with it is less than open source.</summary>
    SourceAvailable,

    /// <summary>Like an open-source licence, with limits to what it may be used for or passed on.</summary>
    FreeRestricted,

    /// <summary>Proprietary, without a price, with terms of its own.</summary>
    ProprietaryFree,

    /// <summary>Bought from its maker.</summary>
    Commercial,

    /// <summary>A licence of patents, not of copyright.</summary>
    PatentLicence,

    /// <summary>An agreement of contributors with a project.</summary>
    ContributorAgreement,

    /// <summary>No licence is stated.</summary>
    Unstated,
}
