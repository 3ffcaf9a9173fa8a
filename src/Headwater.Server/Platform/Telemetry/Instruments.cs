using System.Diagnostics.Metrics;

namespace Headwater.Server.Platform.Telemetry;

/// <summary>What this process counts by itself.</summary>
internal sealed class Instruments
{
    public const string MeterName = "Headwater";

    private readonly Histogram<double> _jobs;

    public Instruments(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _jobs = meter.CreateHistogram("headwater.job.duration", "s", "How long jobs ran, by kind and how they ended.", null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.05, 0.25, 1, 5, 15, 60, 300, 1800] });
        Uploads = meter.CreateCounter<long>("headwater.uploads", "{upload}", "Documents that were accepted since the process started.");
        UploadBytes = meter.CreateCounter<long>("headwater.upload.size", "By", "Bytes of the documents that were accepted since the process started.");
    }

    public Counter<long> Uploads { get; }

    public Counter<long> UploadBytes { get; }

    public void Job(string kind, string outcome, TimeSpan duration) => _jobs.Record(duration.TotalSeconds, new("kind", kind), new("outcome", outcome));
}
