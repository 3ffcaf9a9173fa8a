namespace Headwater.Core.Licences.Identification;

/// <summary>What a template is compiled to: one number for each step, the kind in the highest byte.</summary>
internal static class TemplateCode
{
    /// <summary>This word must stand there.</summary>
    public const int Word = 0;

    /// <summary>Goes on behind it, or at the step that it names: what lies between may be left out.</summary>
    public const int Split = 1;

    /// <summary>Goes on at the step that it names.</summary>
    public const int Jump = 2;

    /// <summary>Up to so many words, whatever they are.</summary>
    public const int Any = 3;

    public static int Step(int kind, int argument) => (kind << 24) | argument;

    public static int Kind(int step) => step >> 24;

    public static int Argument(int step) => step & 0xFFFFFF;
}
