/** Small helpers shared by the islands. Words come from the page, never from here. */
const texts = document.getElementById("hw-texts")?.dataset ?? {};
export const base = document.querySelector<HTMLMetaElement>('meta[name="hw-base"]')?.content ?? "";
export const api = `${base}/api/headwater/v1`;

export function text(name: string, ...args: (string | number)[]): string {
  return (texts[name] ?? name).replace(/\{(\d)\}/g, (_, i: string) => String(args[Number(i)] ?? ""));
}

export function el<K extends keyof HTMLElementTagNameMap>(tag: K, attributes: Record<string, string> = {}, ...children: (Node | string)[]): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

export function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

let fading = 0;
export function toast(message: string): void {
  const box = document.getElementById("toast");
  if (!box) return;
  box.textContent = message;
  box.classList.add("on");
  clearTimeout(fading);
  fading = setTimeout(() => box.classList.remove("on"), 2200);
}

export function cookie(name: string, value: string | null): void {
  document.cookie = `${name}=${value ?? ""}; Path=/; SameSite=Lax; Max-Age=${value === null ? 0 : 400 * 86400}`;
}
