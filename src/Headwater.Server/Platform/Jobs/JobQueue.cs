namespace Headwater.Server.Platform.Jobs;

/// <summary>Work in the background.</summary>
internal sealed class JobQueue;
