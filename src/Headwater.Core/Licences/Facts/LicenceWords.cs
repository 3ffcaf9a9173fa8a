namespace Headwater.Core.Licences.Facts;

/// <summary>What categories and sources are called in sentences.</summary>
public static class LicenceWords
{
    /// <summary>Whose data it is.</summary>
    public static string Of(LicenceSource source) => source switch
    {
        LicenceSource.Spdx => "SPDX", LicenceSource.LicenseDb => "LicenseDB", LicenceSource.DoubleOpen => "Double Open", LicenceSource.ChooseALicense => "choosealicense.com", LicenceSource.BlueOak => "Blue Oak", LicenceSource.Own => "the organisation",
        _ => "nobody",
    };

    /// <summary>The category in a sentence.</summary>
    public static string Of(LicenceCategory category) => category switch
    {
        LicenceCategory.CopyleftStrong => "strong copyleft", LicenceCategory.CopyleftLibrary => "copyleft of a library", LicenceCategory.CopyleftModule => "copyleft of a module", LicenceCategory.CopyleftFile => "copyleft of files",
        LicenceCategory.CopyleftLimited => "limited copyleft", LicenceCategory.Permissive => "permissive", LicenceCategory.PublicDomain => "public domain", LicenceCategory.SourceAvailable => "source available",
        LicenceCategory.FreeRestricted => "free with restrictions", LicenceCategory.ProprietaryFree => "proprietary without a price", LicenceCategory.Commercial => "commercial", LicenceCategory.PatentLicence => "a patent licence",
        LicenceCategory.ContributorAgreement => "an agreement of contributors", LicenceCategory.Unstated => "not stated", _ => "not classified",
    };
}
