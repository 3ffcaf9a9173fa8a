namespace Headwater.Core.Licences.Obligations;

/// <summary>How what is made reaches others.</summary>
public enum Reach
{
    /// <summary>It stays within the organisation.</summary>
    Internal,

    /// <summary>Others get a copy.</summary>
    Distributed,

    /// <summary>Others use it over a network and get no copy.</summary>
    Network,
}

/// <summary>How the software and the organisation's own work come together.</summary>
public enum Linkage
{
    /// <summary>Its code is taken into the work, or the work is a changed version of it.</summary>
    Derived,

    /// <summary>Linked into one program.</summary>
    Static,

    /// <summary>Linked when the program starts or runs.</summary>
    Dynamic,

    /// <summary>Programs of their own that exchange data.</summary>
    Separate,
}

/// <summary>In which form copies are handed over.</summary>
public enum Delivery
{
    /// <summary>As source code.</summary>
    Source,

    /// <summary>As programs that run.</summary>
    Binary,
}

/// <summary>How software is used, as far as it is known: what is null was not said, and nothing is assumed of it.</summary>
/// <param name="Reach">How it reaches others.</param>
/// <param name="IsModified">Whether it was changed.</param>
/// <param name="Linkage">How it comes together with the own work.</param>
/// <param name="Delivery">In which form it is handed over; null for both.</param>
public sealed record UseContext(Reach? Reach = null, bool? IsModified = null, Linkage? Linkage = null, Delivery? Delivery = null)
{
    /// <summary>Whether it comes together with the own work; null when that was not said.</summary>
    internal bool? IsCombined => Linkage is { } linkage ? linkage != Obligations.Linkage.Separate : null;
}
