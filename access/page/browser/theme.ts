import { el } from "./dom";

const THEMES = ["as the system", "light", "dark"] as const;

/** Chooses between light and dark, for as long as the page is open. */
export function themeSwitch(): HTMLElement {
  const select = el("select", {}, ...THEMES.map((theme) => el("option", { value: theme }, theme)));
  select.addEventListener("change", () => {
    const { value } = select;
    if (value === "light" || value === "dark") document.documentElement.dataset.theme = value;
    else delete document.documentElement.dataset.theme;
  });
  return el("label", { class: "theme" }, el("span", {}, "Colours"), select);
}
