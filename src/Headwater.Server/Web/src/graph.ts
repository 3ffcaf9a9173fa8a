import { base, el } from "./dom";

interface Node { node: number; componentVersionId: number; name: string; group?: string | null; version?: string | null; maxSeverity?: string | null; kev?: boolean | null; dependencies: number }
interface Graph { nodes: Node[]; edges: [number, number][]; totalNodes: number; truncated: boolean; goes?: number[] }
interface Place { data: Node; depth: number; parent?: Place; children: Place[]; leaves: number; angle: number; x: number; y: number; mark: SVGGElement }

/** Room for names beside the outermost ring, and above and below it. */
const beside = 260, above = 60;

const svgns = "http://www.w3.org/2000/svg";

function shape<K extends keyof SVGElementTagNameMap>(tag: K, attributes: Record<string, string | number>): SVGElementTagNameMap[K] {
  const made = document.createElementNS(svgns, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  return made;
}

const label = (n: Node) => `${n.group ? n.group + "/" : ""}${n.name}${n.version ? " " + n.version : ""}`;

/** Depths and parents by the shortest way from the root; what the root does not reach hangs below it. */
function spanning(graph: Graph): Map<number, Place> {
  const places = new Map<number, Place>();
  for (const data of graph.nodes) places.set(data.node, { data, depth: -1, children: [], leaves: 0, angle: 0, x: 0, y: 0, mark: shape("g", {}) });
  const next = new Map<number, number[]>();
  for (const [from, to] of graph.edges) {
    const list = next.get(from);
    if (list) list.push(to); else next.set(from, [to]);
  }
  const root = places.get(0) ?? [...places.values()][0];
  if (!root) return places;
  root.depth = 0;
  const queue = [root];
  const hang = (child: Place, parent: Place) => { child.depth = parent.depth + 1; child.parent = parent; parent.children.push(child); queue.push(child); };
  for (let i = 0; i < queue.length; i++) {
    for (const to of next.get(queue[i]!.data.node) ?? []) {
      const child = places.get(to);
      if (child && child.depth < 0) hang(child, queue[i]!);
    }
  }
  for (const place of places.values()) if (place.depth < 0) hang(place, root);
  for (const place of queue.reverse()) place.leaves = Math.max(1, place.children.reduce((sum, c) => sum + c.leaves, 0));
  return places;
}

/** Rings by depth; each branch gets a slice as wide as it has leaves. */
function lay(places: Map<number, Place>): number {
  const root = [...places.values()].find(p => p.depth === 0);
  if (!root) return 1;
  const ring = Math.max(110, root.leaves * 14 / (2 * Math.PI * Math.max(1, Math.max(...[...places.values()].map(p => p.depth)))));
  const open: [Place, number, number][] = [[root, 0, 2 * Math.PI]];
  let far = 0;
  for (let item = open.pop(); item; item = open.pop()) {
    const [place, from, to] = item;
    place.angle = (from + to) / 2;
    place.x = place.depth * ring * Math.cos(place.angle);
    place.y = place.depth * ring * Math.sin(place.angle);
    far = Math.max(far, place.depth * ring);
    let start = from;
    for (const child of place.children) {
      const end = start + (to - from) * child.leaves / place.leaves;
      open.push([child, start, end]);
      start = end;
    }
  }
  return far + 60;
}

/** A frame that is taller than wide is filled by rings that are longer than wide. */
function stretch(places: Map<number, Place>, ratio: number): void {
  const all = [...places.values()];
  const [wide, high] = [all.map(p => p.x), all.map(p => p.y)].map(at => Math.max(...at) - Math.min(...at)) as [number, number];
  const by = Math.min(2.5, ((wide + beside) * ratio - above) / Math.max(1, high));
  if (ratio > 1 && by > 1) for (const place of all) place.y *= by;
}

/** Draws a dependency graph into `figure[data-graph]`: search, hover and click show the way from the root; drag and wheel move it; it can be saved. */
export async function graphs(): Promise<void> {
  const figure = document.querySelector<HTMLElement>("figure[data-graph]");
  if (!figure) return;
  const canvas = figure.querySelector<HTMLElement>("[data-graph-canvas]")!;
  const note = figure.querySelector<HTMLElement>("[data-graph-note]")!;
  const input = figure.querySelector<HTMLInputElement>("input[type=search]")!;
  const response = await fetch(base + figure.dataset.graph!, { headers: { Accept: "application/json" } });
  if (!response.ok) { note.textContent = figure.dataset.failed ?? ""; return; }
  const graph = await response.json() as Graph;
  const places = spanning(graph);
  const extent = lay(places);
  stretch(places, canvas.clientHeight / Math.max(1, canvas.clientWidth));

  const svg = shape("svg", { class: "graph", role: "img", "aria-label": figure.getAttribute("aria-label") ?? "" });
  const edges = shape("g", { class: "edges" });
  const lines: [Place, Place, SVGPathElement][] = [];
  for (const [from, to] of graph.edges) {
    const a = places.get(from), b = places.get(to);
    if (!a || !b || a === b) continue;
    const line = shape("path", { d: `M${a.x.toFixed(1)} ${a.y.toFixed(1)}Q${((a.x + b.x) * 0.42).toFixed(1)} ${((a.y + b.y) * 0.42).toFixed(1)} ${b.x.toFixed(1)} ${b.y.toFixed(1)}`, class: b.parent === a ? "edge" : "edge cross" });
    lines.push([a, b, line]);
    edges.append(line);
  }
  const nodes = shape("g", {});
  // Names that would be written over each other are left out, the gravest and nearest being written first; pointing at a node still says its name.
  const written: { x: number; y: number; w: number }[] = [];
  const goes = new Set(graph.goes ?? []);
  const rank = (n: Node) => (n.kev ? 0 : 1) * 10 + ["critical", "high", "medium", "low"].indexOf((n.maxSeverity ?? "").toLowerCase());
  const room = (x: number, y: number, w: number) => { if (written.some(o => Math.abs(o.y - y) < 13 && x < o.x + o.w && o.x < x + w)) return false; written.push({ x, y, w }); return true; };
  for (const place of [...places.values()].sort((a, b) => rank(a.data) - rank(b.data) || a.depth - b.depth)) {
    const n = place.data;
    const severity = (n.maxSeverity ?? "").toLowerCase(), grave = /critical|high|medium|low/.test(severity);
    place.mark = shape("g", { class: `gnode ${grave ? "sev-" + severity : ""} ${n.kev ? "kev" : ""} ${goes.has(n.node) ? "goes" : ""}`, transform: `translate(${place.x.toFixed(1)} ${place.y.toFixed(1)})` });
    const right = Math.cos(place.angle) >= 0;
    const text = shape("text", { x: right ? 9 : -9, dy: "0.34em", "text-anchor": right ? "start" : "end" });
    text.textContent = label(n);
    const wide = text.textContent.length * 6;
    if ((n.kev || severity === "critical") && !room(right ? place.x + 9 : place.x - 9 - wide, place.y, wide)) text.setAttribute("class", "crowded");
    const drawn = shape("g", { class: "gscale" });
    drawn.append(shape("circle", { r: place.depth === 0 ? 8 : grave ? 6 : 3.5 }), text);
    place.mark.append(drawn);
    place.mark.addEventListener("pointerenter", () => { if (!pinned) show(place); });
    place.mark.addEventListener("pointerleave", () => { if (!pinned) show(); });
    place.mark.addEventListener("click", () => { pinned = pinned === place ? undefined : place; show(pinned); });
    nodes.append(place.mark);
  }
  svg.append(edges, nodes);
  canvas.replaceChildren(svg);

  let pinned: Place | undefined;
  function show(place?: Place): void {
    const way = new Set<Place>();
    for (let at = place; at; at = at.parent) way.add(at);
    const near = new Set(place ? lines.filter(([a]) => a === place).map(([, b]) => b) : []);
    svg.classList.toggle("focused", place !== undefined);
    for (const p of places.values()) { p.mark.classList.toggle("on", way.has(p)); p.mark.classList.toggle("near", near.has(p)); }
    for (const [a, b, line] of lines) { line.classList.toggle("on", way.has(b) && b.parent === a); line.classList.toggle("near", a === place); }
    note.replaceChildren();
    if (!place) { note.textContent = graph.truncated ? figure!.dataset.truncated ?? "" : ""; return; }
    const chain = [...way].reverse();
    chain.forEach((p, i) => note.append(i > 0 ? " › " : "", p.data.componentVersionId ? el("a", { href: `${base}/component-versions/${p.data.componentVersionId}` }, label(p.data)) : label(p.data)));
  }
  show();

  let [x, y, w] = [-extent, -extent, 2 * extent];
  const ratio = () => canvas.clientHeight / Math.max(1, canvas.clientWidth);
  // Marks and words keep their size on the screen, within bounds.
  const scale = () => Math.min(Math.max(w / Math.max(1, canvas.clientWidth), 0.4), 2);
  const view = () => { svg.setAttribute("viewBox", `${x} ${y} ${w} ${w * ratio()}`); svg.style.setProperty("--scale", String(scale())); };
  const all = [...places.values()];
  const [left, right, top, bottom] = [Math.min(...all.map(p => p.x)), Math.max(...all.map(p => p.x)), Math.min(...all.map(p => p.y)), Math.max(...all.map(p => p.y))];
  const fit = () => {
    w = Math.max(right - left + beside, (bottom - top + above) / ratio());
    x = (left + right - w) / 2; y = (top + bottom - w * ratio()) / 2;
    view();
  };
  const zoom = (by: number, cx = 0.5, cy = 0.5) => {
    const to = Math.min(Math.max(w * by, 160), extent * 8);
    x += (w - to) * cx; y += (w - to) * ratio() * cy; w = to;
    svg.classList.toggle("close", w < 1.1 * canvas.clientWidth);
    view();
  };
  fit();
  svg.classList.toggle("close", w < 1.1 * canvas.clientWidth);
  svg.addEventListener("wheel", event => { event.preventDefault(); const box = svg.getBoundingClientRect(); zoom(event.deltaY > 0 ? 1.15 : 0.87, (event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height); }, { passive: false });
  svg.addEventListener("pointerdown", event => {
    if ((event.target as Element).closest(".gnode")) return;
    svg.setPointerCapture(event.pointerId);
    const move = (e: PointerEvent) => { x -= e.movementX * w / svg.clientWidth; y -= e.movementY * w / svg.clientWidth; view(); };
    svg.addEventListener("pointermove", move);
    svg.addEventListener("pointerup", () => svg.removeEventListener("pointermove", move), { once: true });
  });
  addEventListener("resize", view);

  input.addEventListener("input", () => {
    const words = input.value.trim().toLowerCase();
    for (const p of places.values()) p.mark.classList.toggle("hit", words.length > 1 && label(p.data).toLowerCase().includes(words));
    pinned = words.length > 1 ? [...places.values()].find(p => label(p.data).toLowerCase().includes(words)) : undefined;
    show(pinned);
  });

  function picture(): string {
    const copy = svg.cloneNode(true) as SVGSVGElement;
    const from = svg.querySelectorAll<SVGElement>("circle, path, text"), to = copy.querySelectorAll<SVGElement>("circle, path, text");
    from.forEach((source, i) => {
      const style = getComputedStyle(source);
      for (const name of ["fill", "stroke", "stroke-width", "opacity", "font-size", "font-family", "font-weight", "visibility"]) to[i]!.setAttribute(name, style.getPropertyValue(name));
    });
    for (const mark of copy.querySelectorAll(".gscale")) mark.setAttribute("transform", `scale(${scale()})`);
    copy.setAttribute("xmlns", svgns);
    copy.setAttribute("width", String(canvas.clientWidth * 2));
    copy.setAttribute("height", String(canvas.clientHeight * 2));
    return new XMLSerializer().serializeToString(copy);
  }
  const save = (address: string, name: string) => el("a", { href: address, download: name }).click();
  figure.addEventListener("click", event => {
    const act = (event.target as Element).closest<HTMLElement>("[data-graph-act]")?.dataset.graphAct;
    if (act === "in") zoom(0.75);
    else if (act === "out") zoom(1.33);
    else if (act === "fit") fit();
    else if (act === "svg") save("data:image/svg+xml;charset=utf-8," + encodeURIComponent(picture()), "dependencies.svg");
    else if (act === "png") {
      const image = new Image();
      image.onload = () => {
        const sheet = el("canvas");
        [sheet.width, sheet.height] = [canvas.clientWidth * 2, canvas.clientHeight * 2];
        const pen = sheet.getContext("2d")!;
        pen.fillStyle = getComputedStyle(canvas).backgroundColor;
        pen.fillRect(0, 0, sheet.width, sheet.height);
        pen.drawImage(image, 0, 0);
        save(sheet.toDataURL("image/png"), "dependencies.png");
      };
      image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(picture());
    }
  });
}
