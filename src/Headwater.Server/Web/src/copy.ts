import { text, toast } from "./dom";

/** A click on a copy button puts its text on the clipboard. */
export function copy(): void {
  document.addEventListener("click", async event => {
    const button = (event.target as Element).closest<HTMLElement>("[data-copy]");
    if (!button) return;
    try {
      await navigator.clipboard.writeText(button.dataset.copy ?? "");
      toast(text("copied"));
    } catch {
      toast(text("copyFailed"));
    }
  });
}
