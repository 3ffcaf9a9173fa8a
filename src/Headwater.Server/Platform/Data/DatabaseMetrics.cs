using Headwater.Server.Platform.Telemetry;

namespace Headwater.Server.Platform.Data;

/// <summary>How much is kept, and how much more fits.</summary>
internal sealed class DatabaseMetrics(ITables tables, DataFolder data) : IMetricSource
{
    public async Task WriteAsync(MetricText text, CancellationToken cancellationToken)
    {
        text.Gauge("headwater_database_size_bytes", "Size of the database.", await tables.SizeAsync(cancellationToken));
        text.Gauge("headwater_data_folder_free_bytes", "Free space where the data folder lies.", new DriveInfo(data.Path).AvailableFreeSpace);
    }
}
