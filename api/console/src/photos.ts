import { el } from "./dom.ts";
import { say, type Language } from "./i18n.ts";
import type { Photo } from "./wire.ts";

/** The part of the panel that shows a component's photos; one opens large when it is pressed. The server is beside the page, as for every other request. */
export function photosSection(language: Language, photos: Photo[]): HTMLElement {
  return el("section", { class: "photos" },
    el("h3", {}, say(language, "photos", { n: photos.length })),
    el("ul", {}, ...photos.map(({ digest, name }) => el("li", {},
      el("a", { href: `photos/${digest}`, target: "_blank", rel: "noopener" }, el("img", { src: `photos/${digest}`, alt: name, title: name, loading: "lazy" }))))));
}
