using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Headwater.Server.Platform.Telemetry;

/// <summary>
/// Adds up what the meters of this process measure: the framework's own (requests, connections, memory, garbage collection) and ours. Only instruments that are
/// named here are heard, and of each only the tags that have few values, so that nobody who asks for made-up addresses makes the answer grow.
/// </summary>
internal sealed class MeterReader : IMetricSource, IDisposable
{
    private const string Any = "*";

    private static readonly Dictionary<string, (string Name, string[] Tags)> Heard = new(StringComparer.Ordinal)
    {
        ["http.server.request.duration"] = ("http_server_request_duration_seconds", ["http.request.method", "http.route", "http.response.status_code"]),
        ["http.server.active_requests"] = ("http_server_active_requests", []),
        ["kestrel.active_connections"] = ("kestrel_active_connections", []),
        ["dotnet.gc.collections"] = ("dotnet_gc_collections_total", ["gc.heap.generation"]),
        ["dotnet.gc.heap.total_allocated"] = ("dotnet_gc_allocated_bytes_total", []),
        ["dotnet.gc.last_collection.heap.size"] = ("dotnet_gc_heap_size_bytes", ["gc.heap.generation"]),
        ["dotnet.gc.pause.time"] = ("dotnet_gc_pause_seconds_total", []),
        ["dotnet.process.memory.working_set"] = ("process_resident_memory_bytes", []),
        ["dotnet.process.cpu.time"] = ("process_cpu_seconds_total", ["cpu.mode"]),
        ["dotnet.thread_pool.thread.count"] = ("dotnet_thread_pool_threads", []),
        ["dotnet.thread_pool.queue.length"] = ("dotnet_thread_pool_queue_length", []),
        ["dotnet.exceptions"] = ("dotnet_exceptions_total", []),
        ["headwater.job.duration"] = ("headwater_job_duration_seconds", [Any]),
        ["headwater.uploads"] = ("headwater_uploads_total", []),
        ["headwater.upload.size"] = ("headwater_upload_bytes_total", []),
    };

    private static readonly double[] Seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<Instrument, Family> _families = new();
    private readonly IMeterFactory _meters;

    public MeterReader(IMeterFactory meters)
    {
        _meters = meters;
        _listener.InstrumentPublished = Hear;
        _listener.SetMeasurementEventCallback<double>(Take);
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, state) => Take(instrument, value, tags, state));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, state) => Take(instrument, value, tags, state));
        _listener.Start();
    }

    public Task WriteAsync(MetricText text, CancellationToken cancellationToken)
    {
        _listener.RecordObservableInstruments();
        foreach (var family in _families.Values.OrderBy(f => f.Name, StringComparer.Ordinal)) family.Write(text);
        return Task.CompletedTask;
    }

    public void Dispose() => _listener.Dispose();

    private void Hear(Instrument instrument, MeterListener listener)
    {
        // In one process there may be several servers, in tests; each hears its own and the runtime's.
        if (!Heard.TryGetValue(instrument.Name, out var heard) || (instrument.Meter.Scope is not null && !ReferenceEquals(instrument.Meter.Scope, _meters))) return;
        listener.EnableMeasurementEvents(instrument, _families.GetOrAdd(instrument, i => new Family(heard.Name, i, heard.Tags)));
    }

    private static void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state) => ((Family)state!).Take(value, tags);

    private sealed class Family(string name, Instrument instrument, string[] tagNames)
    {
        private readonly ConcurrentDictionary<string, Series> _series = new(StringComparer.Ordinal);
        private readonly bool _histogram = instrument is Histogram<double>;
        private readonly bool _absolute = instrument.IsObservable;
        private readonly double[] _bounds = instrument is Histogram<double> { Advice.HistogramBucketBoundaries: { Count: > 0 } bounds } ? [.. bounds] : Seconds;

        public string Name => name;

        public void Take(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var labels = new List<(string Name, string Value)>();
            foreach (var tag in tags)
                if (tagNames is [Any] || tagNames.Contains(tag.Key)) labels.Add((tag.Key.Replace('.', '_'), Text(tag)));
            var key = string.Join('\u0001', labels.Select(l => l.Value));
            if (!_series.TryGetValue(key, out var series)) series = _series.GetOrAdd(key, _ => new Series([.. labels], _histogram ? new long[_bounds.Length + 1] : []));
            lock (series)
            {
                series.Sum = _absolute ? value : series.Sum + value;
                series.Count++;
                if (_histogram) series.Buckets[Bucket(value)]++;
            }
        }

        public void Write(MetricText text)
        {
            text.Family(name, _histogram ? "histogram" : name.EndsWith("_total", StringComparison.Ordinal) ? "counter" : "gauge", instrument.Description ?? instrument.Name);
            foreach (var (_, series) in _series.OrderBy(s => s.Key, StringComparer.Ordinal))
            {
                lock (series)
                {
                    if (!_histogram)
                    {
                        text.Sample(name, series.Sum, series.Labels);
                        continue;
                    }

                    var sum = 0L;
                    for (var i = 0; i < series.Buckets.Length; i++)
                        text.Sample(name + "_bucket", sum += series.Buckets[i], [.. series.Labels, ("le", MetricText.Number(i < _bounds.Length ? _bounds[i] : double.PositiveInfinity))]);
                    text.Sample(name + "_sum", series.Sum, series.Labels).Sample(name + "_count", series.Count, series.Labels);
                }
            }
        }

        /// <summary>A route is the same with and without its last slash.</summary>
        private static string Text(KeyValuePair<string, object?> tag)
        {
            var text = Convert.ToString(tag.Value, System.Globalization.CultureInfo.InvariantCulture) ?? "";
            return tag.Key == "http.route" && text.Length > 1 ? text.TrimEnd('/') : text;
        }

        private int Bucket(double value)
        {
            var at = Array.BinarySearch(_bounds, value);
            return at < 0 ? ~at : at;
        }
    }

    private sealed class Series((string Name, string Value)[] labels, long[] buckets)
    {
        public (string Name, string Value)[] Labels => labels;

        public long[] Buckets => buckets;

        public double Sum { get; set; }

        public long Count { get; set; }
    }
}
