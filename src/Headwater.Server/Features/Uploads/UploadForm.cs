using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Headwater.Server.Features.Uploads;

/// <summary>A multipart upload taken apart: the document on disk, the other fields as text.</summary>
internal sealed record UploadForm(IReadOnlyDictionary<string, string> Fields, SpooledDocument? Document) : IDisposable
{
    /// <summary>The part that holds the document, with or without a file name.</summary>
    public const string DocumentField = "bom";

    private const int LongestField = 64 * 1024, MostParts = 100;

    /// <summary>Reads a body as it comes; nothing of it is held in memory but the small fields.</summary>
    /// <param name="request">A request with a multipart body.</param>
    /// <param name="uploads">Where the document goes.</param>
    /// <param name="documentField">The part that holds the document.</param>
    /// <param name="admit">Asked with the fields read so far before the document is taken; false ends the reading.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="InvalidDataException">The body is not what its header says, or has too many or too long fields.</exception>
    /// <exception cref="DocumentTooLargeException">The document is larger than is taken.</exception>
    public static async Task<UploadForm?> ReadAsync(HttpRequest request, UploadsModule uploads, string documentField, Func<IReadOnlyDictionary<string, string>, Task<bool>>? admit, CancellationToken cancellationToken)
    {
        var boundary = MediaTypeHeaderValue.TryParse(request.ContentType, out var type) ? HeaderUtilities.RemoveQuotes(type.Boundary).Value : null;
        if (string.IsNullOrEmpty(boundary) || boundary.Length > 200) throw new InvalidDataException("The multipart body names no boundary.");
        var reader = new MultipartReader(boundary, request.Body) { HeadersLengthLimit = 16 * 1024 };
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        SpooledDocument? document = null;
        try
        {
            for (var parts = 0; await reader.ReadNextSectionAsync(cancellationToken) is { } section; parts++)
            {
                if (parts == MostParts) throw new InvalidDataException($"The body has more than {MostParts} parts.");
                if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition) || HeaderUtilities.RemoveQuotes(disposition.Name).Value is not { Length: > 0 } name) continue;
                if (name == documentField)
                {
                    if (admit is not null && !await admit(fields)) return null;
                    document?.Dispose();
                    document = await uploads.SpoolAsync(section.Body, cancellationToken);
                }
                else
                {
                    fields[name] = await ReadFieldAsync(section.Body, cancellationToken);
                }
            }

            var form = new UploadForm(fields, document);
            document = null;
            return form;
        }
        catch (IOException e) when (e.GetType() == typeof(IOException))
        {
            // The reader's way to say that the body ended early.
            throw new InvalidDataException(e.Message, e);
        }
        finally
        {
            document?.Dispose();
        }
    }

    public void Dispose() => Document?.Dispose();

    private static async Task<string> ReadFieldAsync(Stream body, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(body);
        var buffer = new char[LongestField + 1];
        var length = await reader.ReadBlockAsync(buffer, cancellationToken);
        return length > LongestField ? throw new InvalidDataException($"A form field is longer than {LongestField} characters.") : new string(buffer, 0, length).Trim();
    }
}
