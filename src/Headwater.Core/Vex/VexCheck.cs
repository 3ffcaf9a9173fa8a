using System.Text.Json;
using Headwater.Core.Sboms;
using Headwater.Core.Vex.Checks;
using Headwater.Core.Vex.Checks.Csaf;
using Headwater.Core.Vex.Reading;

namespace Headwater.Core.Vex;

/// <summary>How much a finding weighs.</summary>
public enum VexFindingLevel
{
    /// <summary>The document is not valid.</summary>
    Error,

    /// <summary>It is valid, and should be otherwise.</summary>
    Warning,

    /// <summary>Worth knowing.</summary>
    Information,
}

/// <summary>What a check found.</summary>
/// <param name="Test">Which rule: <c>6.1.27.9</c> (the number in CSAF 2.0), <c>openvex.justification</c>, <c>schema</c>, <c>json</c>.</param>
/// <param name="Level">How much it weighs.</param>
/// <param name="At">JSON pointer, or line and column.</param>
/// <param name="Message">A sentence that says what is wrong.</param>
public sealed record VexFinding(string Test, VexFindingLevel Level, string At, string Message)
{
    /// <summary>JSON pointer, or line and column.</summary>
    public string At { get; init; } = new SbomError(At, string.Empty).At;

    /// <summary>A sentence that says what is wrong.</summary>
    public string Message { get; init; } = new SbomError(string.Empty, Message).Message;
}

/// <summary>What came of checking a document.</summary>
/// <param name="Format">What it is; null when it could not be recognised.</param>
/// <param name="FormatVersion">The version of the format; null when it is not known.</param>
/// <param name="Statements">How many statements it makes.</param>
/// <param name="Findings">Errors first, then warnings, then the rest, each in the order of the document's rules.</param>
public sealed record VexCheckResult(VexFormat? Format, string? FormatVersion, int Statements, IReadOnlyList<VexFinding> Findings)
{
    /// <summary>True without an error.</summary>
    public bool Valid => !Findings.Any(f => f.Level == VexFindingLevel.Error);
}

/// <summary>
/// Says whether a document is valid: of CSAF 2.0 the schema and all tests of section 6 (mandatory ones as errors, optional ones as warnings, informative ones as information), of OpenVEX its schema and the
/// rules of its specification, of CycloneDX its schema and what makes a statement of an entry.
/// </summary>
public static class VexCheck
{
    /// <summary>No more findings of one document are collected.</summary>
    public const int MaxFindings = 1000;

    /// <summary>The tests of CSAF 2.0 that are left out, because they need the network or a dictionary.</summary>
    public static IReadOnlyList<string> LeftOut { get; } = ["6.3.6", "6.3.7", "6.3.8"];

    /// <summary>Checks a document.</summary>
    /// <param name="stream">The document.</param>
    /// <param name="options">Bounds; null for the defaults.</param>
    /// <param name="cancellationToken">Stops the checking.</param>
    /// <returns>The verdict; only a failing stream throws.</returns>
    public static VexCheckResult Check(Stream stream, VexReadOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        options ??= new VexReadOptions();
        VexFormat? format = null;
        try
        {
            var utf8 = VexInput.Load(stream, options, cancellationToken);
            var report = new VexReport();
            if (VexInput.IsXml(utf8.Span))
            {
                format = VexFormat.CycloneDx;
                CycloneDxCheck.Run(utf8, options, report, cancellationToken);
            }
            else
            {
                using var json = VexInput.Parse(utf8, options, cancellationToken);
                format = VexInput.Recognise(json.RootElement);
                switch (format)
                {
                    case VexFormat.OpenVex: OpenVexCheck.Run(json.RootElement, report); break;
                    case VexFormat.Csaf: CsafCheck.Run(json.RootElement, report, cancellationToken); break;
                    default: CycloneDxCheck.Run(utf8, options, report, cancellationToken); break;
                }
            }

            // What cannot be read cannot be valid, should the rules above ever let it pass.
            var read = VexReader.Read(utf8, options, cancellationToken);
            if (report.Findings.TrueForAll(f => f.Level != VexFindingLevel.Error)) foreach (var error in read.Errors) report.Add("read", VexFindingLevel.Error, error.At, error.Message);
            if (format != VexFormat.CycloneDx) foreach (var warning in read.Warnings) report.Odd(warning);
            return new VexCheckResult(format, read.Document?.FormatVersion ?? (format == VexFormat.Csaf ? "2.0" : null), read.Document?.Statements.Count ?? 0, [.. report.Findings.OrderBy(f => f.Level)]);
        }
        catch (SbomFormatException broken)
        {
            return new VexCheckResult(format, null, 0, [new VexFinding("json", VexFindingLevel.Error, broken.At, broken.Message)]);
        }
    }
}
