using System.Globalization;
using System.Text;
using System.Xml;
using Headwater.Core.Policies.Facts;

namespace Headwater.Cli.Checking;

/// <summary>The report as JUnit XML: a suite for each document, a case for each component that a rule holds for, and one for all others together.</summary>
internal static class CheckJUnit
{
    public static void Write(CheckReport report, Stream stream)
    {
        using var xml = XmlWriter.Create(stream, new XmlWriterSettings { Indent = true, Encoding = new UTF8Encoding(false), CloseOutput = false });
        xml.WriteStartElement("testsuites");
        xml.WriteAttributeString("name", $"headwater check ({report.Pack.Name} {report.Pack.Version})");
        foreach (var document in report.Documents) Document(xml, document, report);
        xml.WriteEndElement();
        xml.Flush();
        stream.Write("\n"u8);
    }

    private static void Document(XmlWriter xml, DocumentCheck document, CheckReport report)
    {
        var components = document.Violations.GroupBy(v => v.Component).ToList();
        var others = document.Components - components.Count;
        xml.WriteStartElement("testsuite");
        xml.WriteAttributeString("name", Text(document.Document.Title));
        Number(xml, "tests", components.Count + (others > 0 ? 1 : 0));
        Number(xml, "failures", components.Count(c => c.Any(v => v.Fails(report.FailOn))));
        Number(xml, "errors", 0);
        Number(xml, "skipped", 0);
        xml.WriteAttributeString("timestamp", report.Now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture));
        foreach (var component in components)
        {
            Case(xml, document, component.Key.Label);
            foreach (var violation in component.Where(v => v.Fails(report.FailOn)))
            {
                xml.WriteStartElement("failure");
                xml.WriteAttributeString("type", violation.Outcome.Rule.Id);
                xml.WriteAttributeString("message", Text(violation.Outcome.Message));
                xml.WriteString(Text($"{PolicyWords.Of(violation.Outcome.Verdict)}: {violation.Outcome.Message}\n{(violation.Outcome.Fix is { } fix ? $"Way out: {fix}\n" : "")}{(violation.Path.Count > 0 ? $"Path: {string.Join(" › ", violation.Path)}\n" : "")}"));
                xml.WriteEndElement();
            }

            if (component.Any(v => !v.Fails(report.FailOn)))
            {
                xml.WriteElementString("system-out", Text(string.Join('\n', component.Where(v => !v.Fails(report.FailOn)).Select(v =>
                    $"{(v.Outcome.WaivedBy is { } waiver ? $"waived by {waiver.Id}" : v.Outcome.ClearedBy is { } clearing ? $"cleared by {clearing.Id}" : v.IsNew ? PolicyWords.Of(v.Outcome.Verdict) : "known already")}: {v.Outcome.Rule.Id}: {v.Outcome.Message}"))));
            }

            xml.WriteEndElement();
        }

        if (others > 0)
        {
            Case(xml, document, string.Create(CultureInfo.InvariantCulture, $"{others} other components"));
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }

    private static void Case(XmlWriter xml, DocumentCheck document, string name)
    {
        xml.WriteStartElement("testcase");
        xml.WriteAttributeString("classname", Text(document.Document.Title));
        xml.WriteAttributeString("name", Text(name));
        xml.WriteAttributeString("time", "0");
    }

    private static void Number(XmlWriter xml, string name, int value) => xml.WriteAttributeString(name, value.ToString(CultureInfo.InvariantCulture));

    /// <summary>Without what XML 1.0 has no place for.</summary>
    private static string Text(string text) => string.Concat(text.EnumerateRunes().Select(r => r.Value < 0x10000 && !XmlConvert.IsXmlChar((char)r.Value) ? "\uFFFD" : r.ToString()));
}
