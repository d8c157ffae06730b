import { dot } from "./answer.ts";
import { el } from "./dom.ts";
import { say, type Language } from "./i18n.ts";
import { classColour } from "./palette.ts";
import { metresText } from "./place.ts";
import { radius } from "./question.ts";
import type { NearbyComponent } from "./wire.ts";

/** The part of the panel that lists what stands near the point; an item lights up on the map when pointed at, and is asked about when pressed. */
export function nearbySection(
  language: Language,
  nearby: NearbyComponent[],
  englishName: (subclass: string) => string | undefined,
  on: { point: (code: string | null) => void; press: (code: string) => void },
): HTMLElement {
  const heading = nearby.length ? say(language, "nearby", { metres: radius, n: nearby.length }) : say(language, "nearbyNone", { metres: radius });
  return el("section", { class: "nearby" },
    el("h3", {}, heading),
    el("ul", {}, ...nearby.map((item) => el("li", {},
      el("button",
        {
          type: "button", "data-component": item.code,
          onclick: () => on.press(item.code), onmouseenter: () => on.point(item.code), onfocus: () => on.point(item.code),
          onmouseleave: () => on.point(null), onblur: () => on.point(null),
        },
        dot(classColour(item.class)),
        el("span", { class: "what" }, el("span", {}, (language === "en" && englishName(item.subclass)) || item.name), el("code", {}, item.code)),
        el("span", { class: "metres" }, metresText(language, item.distance_m)))))));
}
