import { api, base, el, text } from "./dom";

interface Hit { kind: string; title: string; detail?: string | null; href: string }
interface Answer { groups: { kind: string; hits: Hit[]; more: boolean }[]; suggestions?: string[]; similar?: boolean }

/** The one search box: results while typing, chosen with the arrow keys. Without script it is a form to the search page. */
export function search(): void {
  const form = document.querySelector<HTMLFormElement>("form[data-search]");
  const input = form?.querySelector<HTMLInputElement>("input[name=q]");
  const list = document.getElementById("search-list");
  if (!form || !input || !list) return;

  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.placeholder);

  let at = -1;
  let asked = "";
  let waiting = 0;
  let running: AbortController | undefined;

  const hits = () => [...list.querySelectorAll<HTMLAnchorElement>("a.hit")];
  const close = () => { list.hidden = true; at = -1; input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); };
  const open = () => { list.hidden = false; input.setAttribute("aria-expanded", "true"); };

  function choose(next: number): void {
    const all = hits();
    if (all.length === 0) return;
    at = (next + all.length) % all.length;
    all.forEach((hit, i) => hit.setAttribute("aria-selected", String(i === at)));
    input!.setAttribute("aria-activedescendant", all[at]!.id);
    all[at]!.scrollIntoView({ block: "nearest" });
  }

  function show(answer: Answer, query: string): void {
    // An answer that comes in late does not take away what was chosen meanwhile, as long as it still is among the hits.
    const chosen = at < 0 ? undefined : hits()[at]?.getAttribute("href");
    list!.replaceChildren();
    list!.dataset.query = query;
    at = -1;
    input!.removeAttribute("aria-activedescendant");
    let n = 0;
    // What the hits are of already is said, and not offered.
    const shown = answer.similar && answer.groups.some(g => g.hits.length > 0) ? answer.suggestions?.[0] : undefined;
    if (shown !== undefined) list!.append(el("div", { class: "note" }, text("searchShown", shown)));
    const meant = (answer.suggestions ?? []).slice(shown === undefined ? 0 : 1);
    if (meant.length > 0) {
      const block = el("div", { role: "group", "aria-label": text("searchMeant") }, el("div", { class: "group", "aria-hidden": "true" }, text("searchMeant")));
      for (const other of meant) block.append(el("a", { class: "hit", role: "option", id: `hit-${n++}`, "aria-selected": "false", tabindex: "-1", href: `${base}/search?q=${encodeURIComponent(other)}` }, el("span", { class: "title" }, other)));
      list!.append(block);
    }
    for (const group of answer.groups) {
      if (group.hits.length === 0) continue;
      const title = text("kind" + group.kind.charAt(0).toUpperCase() + group.kind.slice(1));
      const block = el("div", { role: "group", "aria-label": title }, el("div", { class: "group", "aria-hidden": "true" }, title));
      for (const hit of group.hits) {
        block.append(el("a", { class: "hit", role: "option", id: `hit-${n++}`, "aria-selected": "false", tabindex: "-1", href: base + hit.href },
          el("span", { class: "title" }, hit.title), el("span", { class: "detail" }, hit.detail ?? "")));
      }
      list!.append(block);
    }
    if (n === 0) list!.append(el("div", { class: "note" }, text("searchNone")));
    else list!.append(el("a", { class: "hit", role: "option", id: `hit-${n}`, "aria-selected": "false", tabindex: "-1", href: `${base}/search?q=${encodeURIComponent(query)}` }, el("span", { class: "title" }, text("searchAll"))));
    const still = chosen == null ? -1 : hits().findIndex(hit => hit.getAttribute("href") === chosen);
    if (still >= 0) choose(still);
    open();
  }

  async function ask(): Promise<void> {
    const query = input!.value.trim();
    if (query === asked) return;
    asked = query;
    running?.abort();
    if (query.length < 2) { close(); return; }
    running = new AbortController();
    try {
      const response = await fetch(`${api}/search?perKind=6&q=${encodeURIComponent(query)}`, { signal: running.signal, headers: { Accept: "application/json" } });
      if (!response.ok) throw new Error(String(response.status));
      show(await response.json() as Answer, query);
    } catch (problem) {
      if ((problem as Error).name === "AbortError") return;
      list!.replaceChildren(el("div", { class: "note" }, text("searchFailed")));
      open();
    }
  }

  input.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(ask, 120); });
  input.addEventListener("focus", () => { if (list.childElementCount > 0 && input.value.trim() === asked && asked.length > 1) open(); });
  input.addEventListener("keydown", event => {
    if (event.key === "Escape") { if (list.hidden) input.blur(); close(); event.preventDefault(); return; }
    if (list.hidden) return;
    if (event.key === "ArrowDown") { choose(at + 1); event.preventDefault(); }
    else if (event.key === "ArrowUp") { choose(at < 0 ? -1 : at - 1); event.preventDefault(); }
    else if (event.key === "Enter" && at >= 0) { hits()[at]!.click(); event.preventDefault(); }
  });
  document.addEventListener("pointerdown", event => { if (!form.contains(event.target as Node)) close(); });
  form.addEventListener("focusout", event => { if (event.relatedTarget && !form.contains(event.relatedTarget as Node)) close(); });
}
