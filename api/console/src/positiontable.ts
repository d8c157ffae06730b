import { el } from "./dom.ts";
import { say, type Language } from "./i18n.ts";
import type { TriedReading } from "./wire.ts";

/** In which ways the positions of a file were tried: how many rows come to lie in the city, and how far what is known then stands from where it is known. */
export function positionTable(language: Language, tried: TriedReading[]): HTMLElement | "" {
  const [first] = tried;
  if (!first) return "";
  const head = (["readAs", "inCity", "knownThings", "eastward", "northward", "spread"] as const).map((word) => el("th", { scope: "col" }, say(language, word)));
  const metres = (v?: number): string => v === undefined ? "" : v.toFixed(2);
  return el("section", { class: "positions" },
    el("h3", {}, say(language, "positions", { n: first.rows })),
    el("table", { class: "issuetable" },
      el("thead", {}, el("tr", {}, ...head)),
      el("tbody", {}, ...tried.map(({ reading, taken, rows, inside, known, offset }) => el("tr", { class: taken ? "taken" : "" },
        el("td", {}, taken ? el("strong", {}, reading) : reading, taken ? ` · ${say(language, "asRead")}` : ""),
        ...[`${(100 * inside / Math.max(1, rows)).toFixed(1)} %`, String(known), metres(offset?.east), metres(offset?.north), metres(offset?.spread)]
          .map((text) => el("td", { class: "number" }, text)))))),
    tried.every(({ known }) => known === 0) && el("p", { class: "unknown" }, say(language, "nothingKnown")));
}
