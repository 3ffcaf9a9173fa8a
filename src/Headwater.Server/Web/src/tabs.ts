/** On a narrow screen the tab of the page being shown may lie outside the strip: bring it in. */
export function tabs(): void {
  for (const strip of document.querySelectorAll<HTMLElement>(".tabs")) {
    const here = strip.querySelector<HTMLElement>("a[aria-current]");
    if (here) strip.scrollLeft = here.offsetLeft - strip.offsetLeft - (strip.clientWidth - here.clientWidth) / 2;
  }
}
