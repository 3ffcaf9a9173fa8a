using System.Buffers.Binary;
using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Headwater.Core.Tests.Licences.Packages;

/// <summary>Makes archives of all kinds, good ones and bad ones.</summary>
internal static class ArchiveMaker
{
    public const string Mit = """
        MIT License

        Copyright (c) 2024 Jane Doe

        Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the "Software"), to deal in the Software without restriction, including without limitation the rights
        to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions:

        The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

        THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS
        OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
        """;

    public const string Isc = """
        ISC License

        Copyright (c) 2020, John Roe

        Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted, provided that the above copyright notice and this permission notice appear in all copies.

        THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT,
        INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE
        OF THIS SOFTWARE.
        """;

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    public static byte[] Zip(params (string Name, string Text)[] entries) => Zip([.. entries.Select(e => (e.Name, Bytes(e.Text)))]);

    public static byte[] Zip((string Name, byte[] Bytes)[] entries)
    {
        var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, true))
        {
            foreach (var (name, bytes) in entries)
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(bytes);
            }
        }

        return stream.ToArray();
    }

    public static byte[] Tar(params (string Name, string Text)[] entries) => Tar([.. entries.Select(e => (e.Name, Bytes(e.Text)))]);

    public static byte[] Tar((string Name, byte[] Bytes)[] entries, TarEntryFormat format = TarEntryFormat.Pax)
    {
        var stream = new MemoryStream();
        using (var tar = new TarWriter(stream, format, true))
        {
            foreach (var (name, bytes) in entries)
            {
                TarEntry entry = format switch
                {
                    TarEntryFormat.Ustar => new UstarTarEntry(TarEntryType.RegularFile, name),
                    TarEntryFormat.Gnu => new GnuTarEntry(TarEntryType.RegularFile, name),
                    TarEntryFormat.V7 => new V7TarEntry(TarEntryType.V7RegularFile, name),
                    _ => new PaxTarEntry(TarEntryType.RegularFile, name),
                };
                entry.DataStream = new MemoryStream(bytes);
                tar.WriteEntry(entry);
            }
        }

        return stream.ToArray();
    }

    public static byte[] TarLink(string name, string target, TarEntryType type)
    {
        var stream = new MemoryStream();
        using (var tar = new TarWriter(stream, TarEntryFormat.Pax, true)) tar.WriteEntry(new PaxTarEntry(type, name) { LinkName = target });
        return stream.ToArray();
    }

    public static byte[] GZip(byte[] bytes)
    {
        var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, CompressionLevel.Optimal)) gzip.Write(bytes);
        return stream.ToArray();
    }

    public static byte[] Tgz(params (string Name, string Text)[] entries) => GZip(Tar(entries));

    public static byte[] Ar(params (string Name, byte[] Bytes)[] entries)
    {
        var stream = new MemoryStream();
        stream.Write("!<arch>\n"u8);
        foreach (var (name, bytes) in entries)
        {
            stream.Write(Encoding.ASCII.GetBytes(name.PadRight(16) + "0".PadRight(12) + "0".PadRight(6) + "0".PadRight(6) + "100644".PadRight(8) + bytes.Length.ToString(CultureInfo.InvariantCulture).PadRight(10) + "`\n"));
            stream.Write(bytes);
            if (bytes.Length % 2 == 1) stream.WriteByte((byte)'\n');
        }

        return stream.ToArray();
    }

    public static byte[] Deb(string control, params (string Name, string Text)[] data) =>
        Ar(("debian-binary", Bytes("2.0\n")), ("control.tar.gz", Tgz(("./control", control))), ("data.tar.gz", Tgz(data)));

    public static byte[] Gem(string metadata, params (string Name, string Text)[] data) => Tar([("metadata.gz", GZip(Bytes(metadata))), ("data.tar.gz", Tgz(data)), ("checksums.yaml.gz", GZip(Bytes("---\n")))]);

    /// <summary>Changes the directory's record of the entry of this name in a zip archive.</summary>
    public static byte[] Patch(byte[] zip, string name, Action<byte[], int> change)
    {
        var changed = (byte[])zip.Clone();
        for (var i = 0; i < changed.Length - 46; i++)
        {
            if (BinaryPrimitives.ReadUInt32LittleEndian(changed.AsSpan(i)) != 0x02014B50) continue;
            var length = BinaryPrimitives.ReadUInt16LittleEndian(changed.AsSpan(i + 28));
            if (Encoding.UTF8.GetString(changed, i + 46, length) == name) change(changed, i);
        }

        return changed;
    }
}
