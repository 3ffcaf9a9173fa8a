namespace Headwater.Core.Licences.Identification;

/// <summary>Whether a text conforms to the template of a licence in the list of SPDX, word for word (SPDX 3.0.1, annex on matching; punctuation is not compared), and if not, where it differs.</summary>
/// <param name="Conforms">Whether the whole template stands in the text, with nothing between.</param>
/// <param name="StartLine">The first line of what was compared, from 1; 0 when not even the beginning is there.</param>
/// <param name="EndLine">The last line that agrees.</param>
/// <param name="Differences">Where they differ, in the order of the text, the first 20; empty when it conforms or is not there. Where nothing agrees any more, the last stands for the rest.</param>
/// <param name="More">In how many further places they differ.</param>
public sealed record TemplateCheck(bool Conforms, int StartLine, int EndLine, IReadOnlyList<TemplateDifference> Differences, int More);

/// <summary>A place where a text differs from a template. Of what is long the first words are told, and "…".</summary>
/// <param name="Line">The line of the text, from 1.</param>
/// <param name="Found">The words that stand there; null where words are missing.</param>
/// <param name="Expected">The words that the template has there, in small letters; of what may be chosen, the shortest. Null where words were added.</param>
public sealed record TemplateDifference(int Line, string? Found, string? Expected);
