namespace Headwater.Core.Licences.Facts;

/// <summary>What a licence has beside its category; a licence has any number of them.</summary>
public enum LicenceFlag
{
    /// <summary>Its notices belong into the notice file of what is delivered.</summary>
    NoticeFile,

    /// <summary>Source code is delivered or offered with what is delivered.</summary>
    DistributeSource,

    /// <summary>Changes are marked.</summary>
    MarkModifications,

    /// <summary>Whoever changes it owes more than marking the changes.</summary>
    ModificationDuties,

    /// <summary>It has terms of patents beyond a plain grant, such as an end of the licence with a patent suit.</summary>
    PatentClause,

    /// <summary>It has terms for use over a network.</summary>
    NetworkClause,

    /// <summary>Whoever buys a device may put changed software on it, and is told how.</summary>
    AntiLockDown,

    /// <summary>Advertisements that name it, or what it does, credit its authors.</summary>
    AdvertisingClause,

    /// <summary>Commercial use is not allowed.</summary>
    NonCommercial,

    /// <summary>Changed works may not be passed on.</summary>
    NoModifications,

    /// <summary>It may not be used in nuclear facilities.</summary>
    NuclearRestriction,

    /// <summary>It is for texts of specifications.</summary>
    SpecificationLicence,

    /// <summary>It is of Creative Commons, made for works that are no software.</summary>
    CreativeCommons,

    /// <summary>An exception belongs to it, or it is one.</summary>
    Exception,
}

/// <summary>One flag of a licence, and who says so.</summary>
/// <param name="Flag">The flag.</param>
/// <param name="Source">Whose data says so.</param>
public sealed record LicenceFlagFact(LicenceFlag Flag, LicenceSource Source);

/// <summary>Whose data a fact is from; NOTICE names them with their licences.</summary>
public enum LicenceSource
{
    /// <summary>Nobody's.</summary>
    None,

    /// <summary>The SPDX licence list.</summary>
    Spdx,

    /// <summary>ScanCode's LicenseDB.</summary>
    LicenseDb,

    /// <summary>The classification by the lawyers of Double Open.</summary>
    DoubleOpen,

    /// <summary>choosealicense.com.</summary>
    ChooseALicense,

    /// <summary>The Blue Oak Council.</summary>
    BlueOak,

    /// <summary>The organisation itself.</summary>
    Own,
}
