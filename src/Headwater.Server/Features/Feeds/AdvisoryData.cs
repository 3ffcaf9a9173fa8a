using Headwater.Core.Advisories;

namespace Headwater.Server.Features.Feeds;

/// <summary>The advisories in use: index and exploit signals, replaced as a whole when new ones are built.</summary>
/// <param name="Key">Tells this data from any other; a component version matched under the same key need not be matched again.</param>
internal sealed record AdvisoryData(AdvisoryIndex? Index, ExploitSignals Signals, string Key);
