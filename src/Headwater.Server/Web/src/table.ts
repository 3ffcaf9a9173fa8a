import { el, text, typing } from "./dom";

/** `j` and `k` walk the rows of the table in view, Enter opens, `x` selects; what is selected can be copied as one list. */
export function tables(): void {
  const rowsOf = (table: HTMLTableElement) => [...table.tBodies[0]?.rows ?? []];
  let table: HTMLTableElement | undefined;
  let at = -1;

  function inView(): HTMLTableElement | undefined {
    return [...document.querySelectorAll<HTMLTableElement>("table[data-table]")].find(t => t.getBoundingClientRect().bottom > 80);
  }

  function move(by: number): void {
    if (!table?.isConnected || at < 0) { table = inView(); at = -1; }
    if (!table) return;
    const rows = rowsOf(table);
    if (rows.length === 0) return;
    rows[at]?.classList.remove("at");
    at = Math.max(0, Math.min(rows.length - 1, at + by));
    const row = rows[at]!;
    row.classList.add("at");
    row.scrollIntoView({ block: "nearest" });
    row.querySelector<HTMLElement>("a[href]")?.focus({ preventScroll: true });
  }

  function pick(): void {
    const row = table && rowsOf(table)[at];
    if (!row) return;
    row.classList.toggle("picked");
    row.toggleAttribute("aria-selected", row.classList.contains("picked"));
    const picked = rowsOf(table!).filter(r => r.classList.contains("picked"));
    const block = table!.closest(".table-block");
    block?.querySelector(".bulk")?.remove();
    if (picked.length === 0) return;
    const list = picked.map(r => r.querySelector<HTMLElement>("[data-copy]")?.dataset.copy ?? r.querySelector("a[href]")?.textContent?.trim() ?? "").join("\n");
    block?.append(el("div", { class: "bulk" }, text("selected", picked.length), el("button", { type: "button", class: "button small", "data-copy": list }, text("copyAll"))));
  }

  // Only a table that needs no sideways scrolling may let its head stick to the page.
  const fit = new ResizeObserver(entries => {
    for (const { target } of entries) {
      const wrap = target as HTMLElement;
      wrap.classList.remove("fits");
      wrap.classList.toggle("fits", wrap.scrollWidth <= wrap.clientWidth);
    }
  });
  for (const wrap of document.querySelectorAll(".table-wrap")) fit.observe(wrap);

  document.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === "j") move(1);
    else if (event.key === "k") move(-1);
    else if (event.key === "x" && at >= 0) pick();
    else if (event.key === "Enter" && at >= 0 && event.target === document.body && table) rowsOf(table)[at]?.querySelector<HTMLAnchorElement>("a[href]")?.click();
    else return;
    event.preventDefault();
  });
}
