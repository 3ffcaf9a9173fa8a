using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Headwater.EndToEnd.Browser;

/// <summary>What several tests do with a page.</summary>
internal static partial class Ui
{
    /// <summary>The text of what is found, as one line.</summary>
    public static async Task<string> SaidAsync(this IPage page, string selector = "main") => Spaces().Replace(await page.Locator(selector).First.InnerTextAsync(), " ").Trim();

    public static async Task<List<string>> EachSaidAsync(this ILocator locator) => [.. (await locator.AllInnerTextsAsync()).Select(t => Spaces().Replace(t, " ").Trim())];

    /// <summary>Lets a file fall on the page as a mouse would.</summary>
    public static Task DropAsync(this IPage page, string name, byte[] content, string onto = "main") => page.EvaluateAsync(
        """
        ({ name, content, onto }) => {
          const bytes = Uint8Array.from(atob(content), c => c.charCodeAt(0));
          const transfer = new DataTransfer();
          transfer.items.add(new File([bytes], name, { type: 'application/json' }));
          const target = document.querySelector(onto);
          for (const type of ['dragenter', 'dragover', 'drop']) target.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));
        }
        """, new { name, content = Convert.ToBase64String(content), onto });

    /// <summary>Notes what the progress bar of an upload shows, also when the page goes on to the next.</summary>
    public static async Task<List<string>> WatchProgressAsync(this IPage page)
    {
        var seen = new List<string>();
        await page.ExposeFunctionAsync("noteProgress", (string what) => { lock (seen) seen.Add(what); });
        await page.EvaluateAsync(
            """
            () => {
              const look = () => document.querySelectorAll('[data-upload-list] progress').forEach(b => noteProgress(b.value + ' ' + b.closest('li').innerText));
              new MutationObserver(look).observe(document.querySelector('[data-upload-list]'), { subtree: true, childList: true, attributes: true, characterData: true });
            }
            """);
        return seen;
    }

    [GeneratedRegex(@"\s+", RegexOptions.None, 1000)]
    private static partial Regex Spaces();
}
