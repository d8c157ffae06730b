import type { Catalogue } from "./catalogue.ts";
import { bilingual, el } from "./dom.ts";
import { say, type Language } from "./i18n.ts";
import { classColour } from "./palette.ts";

const boundaries = ["managed", "district", "street", "community", "grid"] as const;

/** The key to the colours, which is also the switch of each class. */
export class Legend {
  private readonly hidden = new Set<string>();

  constructor(
    private readonly root: HTMLElement,
    private readonly onChange: (shown: string[]) => void,
  ) {}

  /** Writes the legend anew; what was switched off stays off, what was folded stays folded. */
  render(language: Language, counts: Map<string, number>, catalogue: Catalogue): void {
    const open = this.root.querySelector("details")?.open ?? !matchMedia("(max-width: 700px)").matches;
    const total = [...counts.values()].reduce((sum, n) => sum + n, 0);
    const boxes = [...counts].map(([code, count]) => {
      const names = catalogue.class("component", code);
      const swatch = el("span", { class: "swatch", "aria-hidden": "true" });
      swatch.style.backgroundColor = classColour(code);
      const box = el("input", { type: "checkbox", value: code, checked: !this.hidden.has(code), onchange: () => this.toggle(box, counts) });
      return el("li", {}, el("label", {}, box, swatch, bilingual(names?.zh ?? code, names?.en), el("span", { class: "count" }, count.toLocaleString("en"))));
    });
    const lines = boundaries.map((level) => el("li", {}, el("span", { class: `line line-${level}`, "aria-hidden": "true" }), say(language, level)));
    this.root.replaceChildren(
      el("details", { open },
        el("summary", {}, el("h2", {}, say(language, "legend")), el("span", { class: "count" }, total.toLocaleString("en"))),
        el("fieldset", {}, el("legend", { class: "hidden" }, say(language, "legendHint")), el("ul", { class: "classes" }, ...boxes)),
        el("h3", { class: "hidden" }, say(language, "areas")),
        el("ul", { class: "lines" }, ...lines),
      ),
    );
  }

  /** The classes among these that are switched on. */
  shown(classes: Iterable<string>): string[] {
    return [...classes].filter((code) => !this.hidden.has(code));
  }

  private toggle(box: HTMLInputElement, counts: Map<string, number>): void {
    if (box.checked) this.hidden.delete(box.value);
    else this.hidden.add(box.value);
    this.onChange(this.shown(counts.keys()));
  }
}
