import type { Catalogue } from "./catalogue.ts";
import { el } from "./dom.ts";
import { say, type Language } from "./i18n.ts";
import type { Subclass } from "./wire.ts";

/** Fills the choice of what a click asks about: the thing clicked, or a class of event (事件小类). The choice made stays. */
export function fillSubjects(select: HTMLSelectElement, language: Language, catalogue: Catalogue): void {
  const chosen = select.value;
  const groups = Map.groupBy(catalogue.events, (event) => event.class);
  select.replaceChildren(
    el("option", { value: "" }, say(language, "subjectClicked")),
    ...[...groups].map(([code, events]) => {
      const names = catalogue.class("event", code);
      const label = names ? (language === "zh" ? names.zh : `${names.zh} ${names.en}`) : "";
      return el("optgroup", { label: `${code} ${label}` }, ...events.map((event) => option(language, event)));
    }),
  );
  select.value = chosen;
}

function option(language: Language, event: Subclass): HTMLElement {
  const name = language === "zh" ? event.name_zh : `${event.name_zh} ${event.name_en}`;
  return el("option", { value: event.code }, `${event.code} ${name}`);
}
