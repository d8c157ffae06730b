import type { Api } from "./api.ts";
import { el } from "./dom.ts";
import { say, type Language } from "./i18n.ts";
import type { Import, Question } from "./wire.ts";

const mostRadios = 6; // options that are all shown; more are a list to choose from

interface Heard {
  decided: (batch: Import) => void;
  failed: (failure: unknown) => void;
}

/** What a file leaves open, to be answered at once. Nothing is chosen beforehand: what is likely is only marked. */
export class ImportQuestions {
  private readonly root = el("section", { class: "questions" });
  private of = "";
  private questions: Question[] = [];
  private beside: HTMLElement[] = []; // buttons of the page
  private readonly chosen = new Map<string, string>();

  constructor(
    private readonly api: Api,
    private readonly heard: Heard,
  ) {}

  /** Gives the section, which fills itself, with buttons beside its own. */
  show(language: Language, batch: Import, ...beside: HTMLElement[]): HTMLElement {
    this.beside = beside;
    const asked = `${batch.id} ${batch.started_at ?? ""}`; // it may be read again and leave something else open
    if (this.of !== asked) {
      this.of = asked;
      this.questions = [];
      this.chosen.clear();
      void this.load(language, batch, asked).catch(this.heard.failed);
    }
    this.render(language, batch);
    return this.root;
  }

  private async load(language: Language, batch: Import, asked: string): Promise<void> {
    const { questions } = await this.api.get<{ questions: Question[] }>(`imports/${batch.id}/questions`);
    if (this.of !== asked) return;
    this.questions = questions;
    this.render(language, batch);
  }

  private render(language: Language, batch: Import): void {
    if (this.questions.length === 0) return this.root.replaceChildren(el("p", { class: "hint" }, say(language, "asking")));
    const likely = this.questions.filter(({ proposal }) => proposal);
    this.root.replaceChildren(
      el("h3", {}, say(language, "questions", { n: this.questions.length })),
      el("p", { class: "hint" }, say(language, "questionsHint")),
      el("form", { onsubmit: (event) => {
        event.preventDefault();
        void this.send(event.target as HTMLFormElement, batch).catch(this.heard.failed);
      } },
        ...this.questions.map((question, i) => this.question(language, question, i)),
        el("p", { class: "decide" },
          el("button", { type: "submit", class: "act primary", "data-act": "sendAnswers" }, say(language, "sendAnswers")),
          likely.length > 0 && el("button", { type: "button", class: "act", "data-act": "proposals", onclick: () => {
            for (const { key, proposal } of likely) this.chosen.set(key, proposal!);
            this.render(language, batch);
          } }, say(language, "proposals", { n: likely.length })), ...this.beside)));
  }

  private question(language: Language, question: Question, i: number): HTMLElement {
    const { key, text, evidence, options } = question;
    const other = language === "zh" ? "en" : "zh";
    return el("fieldset", { class: "question", "data-question": key },
      el("legend", {}, el("span", { lang: language }, text[language]), el("span", { class: "en", lang: other }, text[other])),
      el("code", {}, key),
      evidence.length > 0 && el("ul", { class: "evidence" }, ...evidence.map((line) => el("li", {}, line[language]))),
      question.form === "date" ? this.day(language, question, i) : options.length > mostRadios ? this.list(language, question) : el("div", { class: "options" }, ...options.map(({ value }) => this.radio(language, question, value, i))));
  }

  private radio(language: Language, question: Question, value: string, i: number): HTMLElement {
    return el("label", {},
      el("input", {
        type: "radio", name: `question-${i}`, value, required: true, checked: this.chosen.get(question.key) === value,
        onchange: () => this.chosen.set(question.key, value),
      }),
      el("span", {}, optionText(language, question, value)),
      question.proposal === value && el("span", { class: "tag" }, say(language, "likely")));
  }

  /** Any day answers, beside the options. */
  private day(language: Language, question: Question, i: number): HTMLElement {
    const given = this.chosen.get(question.key) ?? "";
    const dated = given !== "" && !question.options.some(({ value }) => value === given);
    const day: HTMLInputElement = el("input", { type: "date", max: new Date().toISOString().slice(0, 10), value: dated ? given : "", "aria-label": question.text[language] });
    const mark: HTMLInputElement = el("input", { type: "radio", name: `question-${i}`, value: "", required: true, checked: dated });
    const take = (): void => {
      day.required = mark.checked;
      if (day.value) this.chosen.set(question.key, day.value);
      else this.chosen.delete(question.key);
    };
    mark.addEventListener("change", take);
    day.addEventListener("input", () => { mark.checked = true; take(); });
    const others = question.options.map(({ value }) => this.radio(language, question, value, i));
    for (const other of others) other.addEventListener("change", () => { day.required = false; });
    return el("div", { class: "options" }, el("label", {}, mark, el("span", {}, say(language, "onDay")), day), ...others);
  }

  private list(language: Language, question: Question): HTMLElement {
    const select: HTMLSelectElement = el("select", { required: true, "aria-label": question.text[language], onchange: () => this.chosen.set(question.key, select.value) },
      el("option", { value: "" }, say(language, "chooseAnswer")),
      ...question.options.map(({ value }) => el("option", { value, selected: this.chosen.get(question.key) === value },
        optionText(language, question, value) + (question.proposal === value ? ` · ${say(language, "likely")}` : ""))));
    return select;
  }

  private async send(form: HTMLFormElement, batch: Import): Promise<void> {
    const button = form.querySelector<HTMLButtonElement>("[type=submit]")!;
    button.disabled = true;
    try {
      this.heard.decided(await this.api.send<Import>(`imports/${batch.id}/questions`, {}, {
        method: "POST", body: JSON.stringify({ answers: Object.fromEntries(this.chosen) }), headers: { "Content-Type": "application/json" },
      }));
    } finally {
      button.disabled = false;
    }
  }
}

/** What an option does, in words. */
function optionText(language: Language, { options }: Question, value: string): string {
  const text = options.find((option) => option.value === value)?.text[language] ?? "";
  return text === "" ? value : text;
}
