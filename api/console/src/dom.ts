type Child = Node | string | null | undefined | false;

/** Makes an element. Attributes that are undefined or false are left out; "on…" functions become listeners. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string | number | boolean | undefined | ((event: Event) => void)> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== undefined && value !== false) element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child): child is Node | string => !!child));
  return element;
}

/** Finds an element that the page was written with. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no #${id}`);
  return element as T;
}

/** A Chinese name with the English one small beside it, where there is one. */
export function bilingual(zh: string, en?: string): HTMLElement {
  return el("span", { class: "name" }, el("span", { lang: "zh" }, zh), en && en !== zh && el("span", { class: "en", lang: "en" }, en));
}
