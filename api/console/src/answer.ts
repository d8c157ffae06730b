import { bilingual, el } from "./dom.ts";
import { say, type Language } from "./i18n.ts";
import type { Candidate, Ground, Responsible, Text } from "./wire.ts";

/** What a question is about, ready to be read: a component or a class of event. */
export interface Topic {
  code: string;
  zh: string;
  en?: string | undefined;
  colour?: string | undefined;
}

type EnglishName = (code: string) => string | undefined;

/** The part of the panel that says which unit answers, on what ground, and which others could have. */
export function answerSection(language: Language, topic: Topic | null, responsible: Responsible | null, unitEnglish: EnglishName): HTMLElement {
  const head = el("h3", {}, say(language, "answers"));
  if (!topic) return el("section", { class: "answer" }, head, el("p", { class: "hint" }, say(language, "noSubject")));
  const about = el("p", { class: "topic" }, dot(topic.colour), bilingual(topic.zh, topic.en), el("code", {}, topic.code));
  if (!responsible) return el("section", { class: "answer" }, head, about, el("p", { class: "hint" }, say(language, "nobody")));
  return el("section", { class: "answer" }, head, about,
    el("p", { class: "unit", "data-unit": responsible.unit.code }, el("strong", {}, bilingual(responsible.unit.name, unitEnglish(responsible.unit.code))), el("code", {}, responsible.unit.code)),
    el("p", { class: "because" }, el("span", { class: "tag" }, ground(language, responsible.rule)), inLanguage(language, responsible.because)),
    responsible.competent && el("p", { class: "competent" },
      el("span", { class: "label" }, say(language, "competent")), bilingual(responsible.competent.name, unitEnglish(responsible.competent.code)), el("code", {}, responsible.competent.code)),
    responsible.passed_over.length > 0 && el("details", { class: "passed" },
      el("summary", {}, say(language, "passedOver", { n: responsible.passed_over.length })),
      el("ul", {}, ...responsible.passed_over.map((candidate) => passedOver(language, candidate, unitEnglish)))),
  );
}

/** A round mark in a class's colour. */
export function dot(colour: string | undefined): HTMLElement | null {
  if (!colour) return null;
  const mark = el("span", { class: "swatch", "aria-hidden": "true" });
  mark.style.backgroundColor = colour;
  return mark;
}

function passedOver(language: Language, candidate: Candidate, unitEnglish: EnglishName): HTMLElement {
  return el("li", {},
    el("span", {}, bilingual(candidate.unit.name, unitEnglish(candidate.unit.code)), " ", el("code", {}, candidate.unit.code)),
    el("span", { class: "because" }, el("span", { class: "tag" }, ground(language, candidate.rule)), inLanguage(language, candidate.because)));
}

const roles = { maintainer: "maintainer", owner: "owner", competent: "competentRole", territory: "territory" } as const;

/** The kind of ground and the unit's role in it, such as "rule · maintainer". */
function ground(language: Language, rule: Ground): string {
  const role = roles[rule.role as keyof typeof roles];
  const by = say(language, rule.by);
  return role && role !== rule.by ? `${by} · ${say(language, role)}` : by;
}

function inLanguage(language: Language, text: Text): string {
  return language === "zh" ? text.zh : text.en;
}
