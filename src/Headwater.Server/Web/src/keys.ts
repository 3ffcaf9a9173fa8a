import { typing } from "./dom";

/** `/` and Ctrl K search, `g p` and its like go to pages, `?` shows the keys. */
export function keys(): void {
  let going = 0;
  document.addEventListener("keydown", event => {
    const search = document.querySelector<HTMLInputElement>("form[data-search] input");
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k" && search) { event.preventDefault(); search.focus(); search.select(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (going && event.timeStamp - going < 1200) {
      going = 0;
      const link = [...document.querySelectorAll<HTMLAnchorElement>("#nav a[data-go]")].find(a => a.dataset.go === event.key.toLowerCase());
      if (link) { event.preventDefault(); link.click(); return; }
    }
    // What a page offers by one key says so itself.
    const offered = /^[0-9a-z]$/.test(event.key) ? document.querySelector<HTMLElement>(`[data-key="${event.key}"]`) : null;
    if (offered) { event.preventDefault(); offered.click(); return; }
    if (event.key === "g") going = event.timeStamp;
    else if (event.key === "/" && search) { event.preventDefault(); search.focus(); search.select(); }
    else if (event.key === "?") document.getElementById("help")?.togglePopover();
  });
}
