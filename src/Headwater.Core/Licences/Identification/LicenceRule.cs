using System.Runtime.InteropServices;

namespace Headwater.Core.Licences.Identification;

/// <summary>What a rule's text is.</summary>
public enum RuleKind : byte
{
    /// <summary>The whole text of a licence or exception, or a part of it that stands for the whole.</summary>
    Text,

    /// <summary>"This program is free software; you can redistribute it …"</summary>
    Notice,

    /// <summary>A name or an address that points to a licence.</summary>
    Reference,

    /// <summary>A field whose value is a licence: <c>"license": "MIT"</c>.</summary>
    Tag,

    /// <summary>What announces a licence and names none.</summary>
    Intro,

    /// <summary>A hint that never concludes.</summary>
    Clue,

    /// <summary>What looks like one and is none.</summary>
    FalsePositive,
}

/// <summary>What else is known of a rule.</summary>
[Flags]
internal enum RuleFlags : byte
{
    None = 0,

    /// <summary>Nothing may stand between its words.</summary>
    Continuous = 1,

    /// <summary>It is the text that the SPDX list or the LicenseDB has for a licence.</summary>
    Canonical = 2,

    /// <summary>It points to a file.</summary>
    PointsToFile = 4,

    /// <summary>It names a licence and no version of it.</summary>
    NoVersion = 8,

    /// <summary>It says "only".</summary>
    SaysOnly = 16,
}

/// <summary>A rule as it lies in the file.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct RuleRecord
{
    /// <summary>Where its words begin among those of all rules.</summary>
    public int Start;

    /// <summary>How many words.</summary>
    public int Length;

    /// <summary>The number of its expression.</summary>
    public int Expression;

    /// <summary>Where its name begins among the names.</summary>
    public int Name;

    /// <summary>How many of its words are no everyday words.</summary>
    public ushort Telling;

    public RuleKind Kind;
    public RuleFlags Flags;

    /// <summary>How much a match says, to 100.</summary>
    public byte Relevance;

    /// <summary>How much of it must be there, to 100.</summary>
    public byte MinimumCoverage;
}
