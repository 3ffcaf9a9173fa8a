import { cookie } from "./dom";

/** Theme, density and the width of the navigation: at once here, in the cookie for the next page. */
export function preferences(): void {
  const root = document.documentElement;
  document.addEventListener("click", event => {
    const button = (event.target as Element).closest<HTMLButtonElement>("form[data-preferences] button[name], button[data-nav-toggle]");
    if (!button) return;
    event.preventDefault();
    if (button.hasAttribute("data-nav-toggle")) {
      const narrow = root.dataset.nav !== "narrow";
      narrow ? root.dataset.nav = "narrow" : delete root.dataset.nav;
      cookie("hw-nav", narrow ? "narrow" : null);
      return;
    }
    const value = /^(system|normal)$/.test(button.value) ? null : button.value;
    value === null ? delete root.dataset[button.name] : root.dataset[button.name] = value;
    cookie("hw-" + button.name, value);
    for (const other of button.parentElement!.querySelectorAll("button")) other.setAttribute("aria-pressed", String(other === button));
  });
}
