import { bilingual, el } from "./dom.ts";
import { say, type Language, type Word } from "./i18n.ts";
import type { Placement, Ref } from "./wire.ts";

/** The part of the panel that says in which cell, community, street and district a point is, and whose beat that is. */
export function placeSection(language: Language, placement: Placement, englishName: (code: string) => string | undefined): HTMLElement {
  const row = (word: Word, ref: Ref) => line(language, word, bilingual(ref.name, englishName(ref.code)), el("code", {}, ref.code));
  const person = (word: Word, who: Ref | null) =>
    line(language, word, who ? el("span", {}, who.name) : el("span", { class: "hint" }, say(language, "none")), who && el("code", {}, who.code));
  return el("section", { class: "place" },
    el("h3", {}, say(language, "where")),
    el("dl", {},
      ...line(language, "grid", el("strong", { "data-grid": placement.grid.code }, placement.grid.code)),
      ...person("inspector", placement.grid.inspector),
      ...row("community", placement.community),
      ...person("officer", placement.community.officer),
      ...row("street", placement.street),
      ...row("district", placement.district),
      ...placement.managed_areas.flatMap((area) => row("managed", area)),
    ),
    placement.border && el("p", { class: "flag" }, say(language, "border")),
    placement.neighbours.length > 0 && el("p", { class: "neighbours" },
      el("span", { class: "label" }, say(language, "neighbours")),
      ...placement.neighbours.map((cell) => el("span", {}, el("code", {}, cell.code), " ", metresText(language, cell.metres)))),
  );
}

/** A distance: to the decimetre below 10 m, whole metres above. */
export function metresText(language: Language, metres: number): string {
  return say(language, "metres", { n: metres < 10 ? metres.toFixed(1) : metres.toFixed(0) });
}

function line(language: Language, word: Word, ...what: (Node | null)[]): HTMLElement[] {
  return [el("dt", {}, say(language, word)), el("dd", {}, ...what)];
}
