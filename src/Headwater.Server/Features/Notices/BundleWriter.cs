using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Headwater.Core.Licences.Notices;
using Headwater.Server.Features.Projects;

namespace Headwater.Server.Features.Notices;

/// <summary>A bundle that was written.</summary>
internal sealed record MadeBundle(string Sha256, long Bytes, string InputSha256, int Components, int Gaps, SignOffRow? SignOff);

/// <summary>
/// Writes a compliance bundle: the notice in every format, the document as it was sent, every text as a file, what source is owed, what is open, who signed, and a manifest with the digest of each file. No part has a time, so the same
/// release makes the same archive.
/// </summary>
internal sealed class BundleWriter : IDisposable
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull };
    private readonly ZipArchive _zip;
    private readonly List<object> _files = [];

    private BundleWriter(Stream to) => _zip = new ZipArchive(to, ZipArchiveMode.Create, leaveOpen: true);

    public static async Task WriteAsync(BundleRow bundle, MadeNotice made, SignOffRow? signOff, Stream document, Stream to, Func<double, string, Task> report, CancellationToken cancellationToken)
    {
        using var writer = new BundleWriter(to);
        var notice = made.Notice;
        var done = 0;
        foreach (var format in Enum.GetValues<NoticeFormat>())
        {
            await report(0.3 + (0.08 * done++), format.ToString().ToLowerInvariant());
            writer.Add($"NOTICE.{NoticeWriter.Extension(format)}", stream => NoticeWriter.Write(notice, format, stream, cancellationToken));
        }

        await report(0.75, "sbom");
        writer.Add("sbom/" + ProjectsModule.FileName(made.Document), document.CopyTo);
        await report(0.85, "texts");
        writer.Texts("licences", "T", notice.Texts, cancellationToken);
        writer.Texts("notices", "N", notice.Notices, cancellationToken);
        writer.Add("source-offer.csv", stream => Table(stream, ["component", "version", "purl", "licence", "duty", "source"], (notice.Offer?.Components ?? []).Select(n => notice.Entries[n - 1])
            .Select(string?[] (e) => [e.Component.Name, e.Component.Version, e.Component.Purl, e.Chosen ?? e.Licence, e.Duty.ToString().ToLowerInvariant(), e.Component.Source ?? e.Component.Homepage])));
        if (notice.Offer is { } offer) writer.Text("source-offer.txt", string.Join("\n\n", offer.Paragraphs) + "\n");
        writer.Add("open-items.csv", stream => Table(stream, ["kind", "component", "version", "purl", "detail"], notice.Gaps
            .Select(string?[] (g) => g.Component is { } n && notice.Entries[n - 1].Component is var c ? [JsonNamingPolicy.CamelCase.ConvertName(g.Kind.ToString()), c.Name, c.Version, c.Purl, g.Detail] : [JsonNamingPolicy.CamelCase.ConvertName(g.Kind.ToString()), null, null, null, g.Detail])));
        if (signOff is not null) writer.Text("sign-off.json", JsonSerializer.Serialize(new { signOff.SignedBy, signOff.SignedAt, signOff.Note, signOff.InputSha256, signOff.SbomSha256, signOff.Gaps }, s_json) + "\n");
        writer.Manifest(bundle, made);
    }

    public void Dispose() => _zip.Dispose();

    private void Manifest(BundleRow bundle, MadeNotice made)
    {
        var manifest = new
        {
            format = "headwater-compliance-bundle", formatVersion = 1, product = bundle.ProjectName, version = bundle.ProjectVersion, release = bundle.Release, orderedAt = bundle.CreatedAt, orderedBy = bundle.CreatedBy,
            keepUntil = bundle.LastDay.ToString("O", CultureInfo.InvariantCulture), generator = NoticeMaker.Generator, sbomSha256 = made.Document.Sha256, inputSha256 = made.Notice.InputSha256,
            components = made.Notice.Entries.Count, openItems = made.Notice.Gaps.Count, files = _files,
        };
        using var entry = Entry("manifest.json").Open();
        entry.Write(JsonSerializer.SerializeToUtf8Bytes(manifest, s_json));
    }

    private void Texts(string folder, string letter, IReadOnlyList<NoticeBlock> blocks, CancellationToken cancellationToken)
    {
        foreach (var block in blocks)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var name = block.Licences.Count > 0 ? string.Join("+", block.Licences) : block.Name;
            Text($"{folder}/{letter}{block.Number:0000}-{FileName(name)}.txt", block.Text);
        }
    }

    /// <summary>What any file system takes.</summary>
    private static string FileName(string text) => string.Concat(text.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '+' ? c : '_').Take(80)).Trim('.');

    private void Text(string name, string text) => Add(name, stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    private void Add(string name, Action<Stream> write)
    {
        using var hash = SHA256.Create();
        long length;
        using (var entry = Entry(name).Open())
        using (var counted = new CountedStream(new CryptoStream(entry, hash, CryptoStreamMode.Write, leaveOpen: true)))
        {
            write(counted);
            length = counted.Written;
        }

        _files.Add(new { name, bytes = length, sha256 = Convert.ToHexStringLower(hash.Hash!) });
    }

    private ZipArchiveEntry Entry(string name)
    {
        var entry = _zip.CreateEntry(name, CompressionLevel.Optimal);
        entry.LastWriteTime = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
        return entry;
    }

    /// <summary>A table as comma-separated values; what a spreadsheet would take for a formula is only shown.</summary>
    private static void Table(Stream to, string[] head, IEnumerable<string?[]> rows)
    {
        using var writer = new StreamWriter(to, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        foreach (var row in rows.Prepend(head)) writer.WriteLine(string.Join(',', row.Select(Quoted)));
    }

    private static string Quoted(string? value)
    {
        if (string.IsNullOrEmpty(value)) return "";
        if (value[0] is '=' or '+' or '-' or '@' or '\t' or '\r') value = "'" + value;
        return $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    /// <summary>Counts what passes; a zip within a zip needs to know where it is.</summary>
    private sealed class CountedStream(Stream inner) : Stream
    {
        public long Written { get; private set; }

        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            inner.Write(buffer);
            Written += buffer.Length;
        }

        public override void Flush() => inner.Flush();
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing) inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
