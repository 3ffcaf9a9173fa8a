using Headwater.Core.Licences.Notices;

namespace Headwater.Server.Features.Notices;

/// <summary>The texts for what notices know.</summary>
internal static class NoticeWords
{
    public static string KeyOf(NoticeGapKind kind) => kind switch
    {
        NoticeGapKind.NoLicence => "notice.gap.noLicence",
        NoticeGapKind.NoAssertion => "notice.gap.noAssertion",
        NoticeGapKind.Unreadable => "notice.gap.unreadable",
        NoticeGapKind.OperatorUnknown => "notice.gap.operatorUnknown",
        NoticeGapKind.ChoiceNotOffered => "notice.gap.choiceNotOffered",
        NoticeGapKind.NoText => "notice.gap.noText",
        NoticeGapKind.StandardText => "notice.gap.standardText",
        NoticeGapKind.ShortText => "notice.gap.shortText",
        NoticeGapKind.TextDiffers => "notice.gap.textDiffers",
        NoticeGapKind.TextUnknown => "notice.gap.textUnknown",
        NoticeGapKind.NoCopyright => "notice.gap.noCopyright",
        NoticeGapKind.UnreadText => "notice.gap.unreadText",
        NoticeGapKind.NoContact => "notice.gap.noContact",
        _ => "notice.gap.empty",
    };

    public static string KeyOf(NoticeOrigin origin) => origin switch
    {
        NoticeOrigin.Concluded => "notice.origin.concluded",
        NoticeOrigin.Declared => "notice.origin.declared",
        _ => "notice.origin.found",
    };

    public static readonly (string Value, string Key)[] Formats =
    [
        ("text", "notice.format.text"), ("markdown", "notice.format.markdown"), ("html", "notice.format.html"), ("json", "notice.format.json"), ("docx", "notice.format.docx"),
    ];
}
