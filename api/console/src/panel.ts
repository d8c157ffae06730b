import { answerSection, type Topic } from "./answer.ts";
import { el } from "./dom.ts";
import { say, type Language } from "./i18n.ts";
import { nearbySection } from "./nearby.ts";
import { photosSection } from "./photos.ts";
import { placeSection } from "./place.ts";
import type { Answer, Question } from "./question.ts";
import { standardsSection } from "./standards.ts";
import type { FilingStandard } from "./wire.ts";

/** What the panel needs to know of the rest of the page. */
export interface PanelHooks {
  unitEnglish: (code: string) => string | undefined;
  areaEnglish: (code: string) => string | undefined;
  subclassEnglish: (subclass: string) => string | undefined;
  point: (component: string | null) => void;
  press: (component: string) => void;
  visit: (area: string) => void;
  close: () => void;
}

interface Cure {
  label: string;
  act: () => void;
}

/** The side panel: one answered question, or why there is no answer. */
export class Panel {
  constructor(
    private readonly root: HTMLElement,
    private readonly hooks: PanelHooks,
  ) {
    root.addEventListener("keydown", (event) => { if (event.key === "Escape") this.hooks.close(); });
  }

  get open(): boolean {
    return !this.root.hidden;
  }

  /** Says that the question is being asked; an answer that is shown already stays until the next one is there. */
  wait(language: Language, question: Question): void {
    this.root.setAttribute("aria-busy", "true");
    if (!this.open) this.fill(language, question, el("p", { class: "hint" }, say(language, "asking")));
  }

  /** Shows an answer; outside every cell it says which cell is nearest, and still what stands near. */
  show(language: Language, question: Question, topic: Topic | null, answer: Answer, standards: FilingStandard[] | null): void {
    const { placement, outside, nearby, photos } = answer;
    this.fill(language, question,
      ...(placement
        ? [
            answerSection(language, topic, placement.responsible, this.hooks.unitEnglish),
            placeSection(language, placement, this.hooks.areaEnglish),
          ]
        : [this.outsideSection(language, outside)]),
      photos.length > 0 ? photosSection(language, photos) : null,
      standards && standardsSection(language, standards),
      nearbySection(language, nearby, this.hooks.subclassEnglish, this.hooks));
  }

  /** Says why there is no answer, perhaps with something to do about it. */
  fail(language: Language, question: Question, title: string, detail: string, cure?: Cure): void {
    this.fill(language, question, failureSection(title, detail, cure));
  }

  hide(): void {
    this.root.hidden = true;
    this.root.replaceChildren();
  }

  private outsideSection(language: Language, outside: Answer["outside"]): HTMLElement {
    const cell = outside?.nearest_cell;
    return failureSection(say(language, "outside"), outside?.detail ?? "", cell ? {
      label: say(language, "nearest", { code: cell, metres: (outside.distance_m ?? 0).toFixed(0) }),
      act: () => this.hooks.visit(cell),
    } : undefined);
  }

  private fill(language: Language, question: Question, ...sections: (HTMLElement | null)[]): void {
    this.root.setAttribute("aria-label", say(language, "where"));
    this.root.removeAttribute("aria-busy");
    this.root.replaceChildren(
      el("div", { class: "head" },
        el("span", { class: "point" }, `${question.lon.toFixed(6)}, ${question.lat.toFixed(6)}`),
        el("button", { type: "button", class: "quiet close", "aria-label": say(language, "close"), onclick: () => this.hooks.close() }, "×")),
      ...sections.filter((section) => section !== null));
    this.root.hidden = false;
    this.root.scrollTop = 0;
  }
}

function failureSection(title: string, detail: string, cure?: Cure): HTMLElement {
  return el("section", { class: "failure", role: "alert" }, el("h3", {}, title), el("p", {}, detail),
    cure && el("button", { type: "button", class: "cure", onclick: () => cure.act() }, cure.label));
}
