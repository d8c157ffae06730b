import { el } from "./dom.ts";
import { say, type Language } from "./i18n.ts";
import { limitText } from "./limit.ts";
import type { FilingStandard } from "./wire.ts";

/** The part of the panel that lists when a case is filed and how long the unit then has. */
export function standardsSection(language: Language, standards: FilingStandard[]): HTMLElement {
  return el("section", { class: "standards" },
    el("h3", {}, say(language, "standards")),
    standards.length === 0 && el("p", { class: "hint" }, say(language, "standardsNone")),
    el("ul", {}, ...standards.map((standard) => item(language, standard))));
}

function item(language: Language, standard: FilingStandard): HTMLElement {
  const condition = language === "en" && standard.condition_en ? standard.condition_en : standard.condition_zh;
  return el("li", {},
    el("span", { class: "condition" }, condition),
    el("span", { class: "limit", title: say(language, "limit") }, limitText(language, standard.limit)),
    standard.closing_zh && el("span", { class: "closing" }, `${say(language, "closing")}: `, el("span", { lang: "zh" }, standard.closing_zh)));
}
