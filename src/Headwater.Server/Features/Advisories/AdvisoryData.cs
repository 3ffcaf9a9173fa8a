using Headwater.Core.Advisories;

namespace Headwater.Server.Features.Advisories;

/// <summary>The advisory index and the exploit signals in use; replaced as a whole when new ones are built.</summary>
internal sealed class AdvisoryData
{
    public AdvisoryIndex? Index { get; }

    public ExploitSignals Signals { get; } = ExploitSignals.Empty;
}
