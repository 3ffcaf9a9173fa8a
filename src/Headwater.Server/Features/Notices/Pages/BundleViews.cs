using Headwater.Server.Platform.Ui;

namespace Headwater.Server.Features.Notices.Pages;

/// <summary>How bundles are told of.</summary>
internal static class BundleViews
{
    public static string State(Localiser text, BundleRow bundle) => bundle.State switch
    {
        "done" => bundle.Gaps is > 0 and { } gaps ? text.N("bundle.withOpen", gaps) : text["bundle.complete"],
        "failed" => text["bundle.failed"],
        _ => text["bundle.queued"],
    };
}
