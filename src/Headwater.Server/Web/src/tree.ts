import { text } from "./dom";

/** Opens a branch of a tree in place: the page that shows it is fetched and its tree taken over. */
export function trees(): void {
  document.addEventListener("toggle", async event => {
    const branch = event.target as HTMLDetailsElement;
    if (!(branch instanceof HTMLDetailsElement) || !branch.open) return;
    const source = branch.dataset.treeSource;
    if (!source) return;
    delete branch.dataset.treeSource;
    branch.setAttribute("aria-busy", "true");
    try {
      const response = await fetch(source, { headers: { Accept: "text/html" } });
      if (!response.ok) throw new Error(String(response.status));
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const list = page.querySelector("ul[data-tree]");
      if (!list) throw new Error("no tree");
      const pager = page.querySelector("nav.pager");
      branch.querySelector(".tree-open")?.replaceWith(document.adoptNode(list), ...(pager ? [document.adoptNode(pager)] : []));
    } catch {
      branch.dataset.treeSource = source;
      const note = branch.querySelector(".tree-open");
      if (note && !note.querySelector(".field-error")) note.prepend(Object.assign(document.createElement("span"), { className: "field-error", textContent: text("treeFailed") }));
    } finally {
      branch.removeAttribute("aria-busy");
    }
  }, true);
}
