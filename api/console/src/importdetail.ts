import type { Api } from "./api.ts";
import { el } from "./dom.ts";
import { say, type Language, type Word } from "./i18n.ts";
import { moment, stateTag } from "./importlist.ts";
import { ImportPreview } from "./importpreview.ts";
import { ImportQuestions } from "./importquestions.ts";
import { issueTable } from "./issuetable.ts";
import { positionTable } from "./positiontable.ts";
import type { Fix, Import, Issue, Severity, Undone } from "./wire.ts";

const portion = 100; // issues at a time
const mostFixes = 12; // ways in which cells were put right

interface Heard {
  decided: (batch: Import) => void;
  failed: (failure: unknown) => void;
}

/** One batch in full: how far it is, what was found in the file, and what can be done with it. */
export class ImportDetail {
  private batch: Import | null = null;
  private language: Language = "zh";
  private issues: Issue[] = [];
  private only: Severity = "error"; // what of the issues is shown
  private fixes: Fix[] = [];
  private issuesOf = ""; // the batch, and its state, that the issues were asked for
  private shown = ""; // what was shown last: what is the same is left alone, with what somebody has begun to write in it
  private undone: { id: string; what: Undone } | null = null;
  private readonly preview: ImportPreview;
  private readonly questions: ImportQuestions;

  constructor(
    private readonly root: HTMLElement,
    private readonly api: Api,
    private readonly heard: Heard,
  ) {
    this.preview = new ImportPreview(api, heard.failed);
    this.questions = new ImportQuestions(api, heard);
  }

  /** Shows a batch, or what to do when there is none. */
  async show(language: Language, batch: Import | null, hasKey: boolean): Promise<void> {
    this.language = language;
    this.batch = batch;
    const shown = JSON.stringify([language, hasKey, batch]);
    if (this.shown === shown) return;
    this.shown = shown;
    if (!batch) {
      this.root.replaceChildren(el("p", { class: "hint" }, say(language, hasKey ? "chooseBatch" : "keyNeeded")));
      return;
    }
    const asked = `${batch.id} ${batch.state} ${batch.active} ${batch.started_at ?? ""}`;
    if (this.issuesOf !== asked) {
      this.issuesOf = asked;
      this.issues = [];
      this.fixes = [];
      this.only = batch.issues.errors > 0 ? "error" : batch.issues.warnings > 0 ? "warning" : "fixed";
      if (!batch.active) await Promise.all([this.ask(0, asked), this.askFixes(asked)]);
    }
    if (this.batch && this.issuesOf === asked) this.render(this.batch); // perhaps told more of, or in another language, by now
  }

  /** Gets a portion of what was found. */
  private async ask(after: number, asked: string): Promise<void> {
    const id = asked.split(" ")[0]!;
    try {
      const only = this.only;
      const { issues } = await this.api.get<{ issues: Issue[] }>(`imports/${id}/issues`, { limit: portion, after, severity: only });
      if (this.issuesOf === asked && this.only === only) this.issues.push(...issues);
    } catch (failure) {
      this.heard.failed(failure);
    }
  }

  /** Gets how often what was fixed: the list of batches does not say. */
  private async askFixes(asked: string): Promise<void> {
    try {
      const { issues } = await this.api.get<Import>(`imports/${asked.split(" ")[0]!}`);
      if (this.issuesOf === asked) this.fixes = issues.fixes ?? [];
    } catch (failure) {
      this.heard.failed(failure);
    }
  }

  private render(batch: Import): void {
    const { language } = this;
    this.root.replaceChildren(
      el("header", {}, el("h2", {}, batch.name), stateTag(language, batch)),
      this.progress(batch) ?? "",
      batch.state === "needs_answers" && !batch.active ? this.questions.show(language, batch, this.discardButton(batch)) : "",
      this.outcome(batch),
      batch.state === "promoted" ? this.takingBack(batch) : "",
      batch.recognised.length > 0 ? el("section", { class: "recognised" },
        el("h3", {}, say(language, "recognised")),
        el("ul", {}, ...batch.recognised.map((text) => el("li", {}, text[language])))) : "",
      positionTable(language, batch.positions ?? []),
      batch.state === "staged" && !batch.active ? this.preview.show(language, batch.id) : "",
      batch.active ? "" : this.found(batch),
    );
  }

  private progress({ active, rows }: Import): HTMLElement | null {
    if (!active) return null;
    return el("p", { class: "progress" },
      el("progress", rows.estimate ? { value: Math.min(rows.read, rows.estimate), max: rows.estimate } : {}),
      el("span", {}, say(this.language, "rowsRead", { n: rows.read })));
  }

  /** What became of it, or what is to be decided. */
  private outcome(batch: Import): HTMLElement {
    const { language } = this;
    const { rows, changes } = batch;
    // What is open is counted as refused, which nobody has said yet.
    const figures: [Word, number, string][] = batch.state === "needs_answers" ? [] : [["rowsGood", rows.good, "good"], ["rowsBad", rows.bad, "bad"]];
    if (changes) figures.push(["created", changes.created, "good"], ["updated", changes.updated, "good"], ["unchanged", changes.unchanged, ""]);
    const why = batch.failure?.message[language] ?? (batch.state === "rejected" ? reasonText(language, batch.reason) : batch.reason);
    return el("section", { class: "outcome" },
      figures.length > 0 && el("ul", { class: "figures" }, ...figures.map(([word, n, kind]) =>
        el("li", { class: n > 0 ? kind : "", "data-figure": word }, el("strong", {}, n.toLocaleString("en")), el("span", {}, say(language, word))))),
      why && el("p", { class: "flag" }, why),
      batch.same_as && el("p", { class: "flag" }, say(language, "sameAs")),
      this.undone?.id === batch.id && this.left(this.undone.what),
      batch.state === "staged" && !batch.active && el("p", { class: "decide" },
        rows.bad > 0
          ? this.button("commitGood", { n: rows.good }, "primary", () => this.decide(batch, "POST", "/commit", { accept: "good" }))
          : this.button("commitAll", {}, "primary", () => this.decide(batch, "POST", "/commit", { accept: "all" })),
        this.discardButton(batch)),
    );
  }

  private discardButton(batch: Import): HTMLButtonElement {
    return this.button("discard", {}, "", () => this.decide(batch, "DELETE", "", {}));
  }

  private found(batch: Import): HTMLElement {
    const { language } = this;
    const { errors, warnings, fixed } = batch.issues;
    const total = errors + warnings + fixed;
    if (total === 0) return el("section", {}, el("h3", {}, say(language, "issues")), el("p", { class: "hint" }, say(language, "issuesNone")));
    const count = (n: number, word: Word, severity: Severity) => n > 0 && el("button", {
      type: "button", class: `severity ${severity}`, "data-severity": severity, "aria-pressed": this.only === severity ? "true" : "false",
      onclick: () => void this.choose(batch, severity),
    }, say(language, word, { n }));
    const shown = { error: errors, warning: warnings, fixed }[this.only];
    return el("section", { class: "found" },
      el("h3", {}, say(language, "issues")),
      el("p", { class: "counts" },
        count(errors, "errors", "error"), count(warnings, "warnings", "warning"), count(fixed, "fixes", "fixed"),
        this.button("issuesCSV", {}, "", () => this.download(batch, "issues", { f: "csv" }, ".issues.csv")),
        this.button("reportWorkbook", {}, "", () => this.download(batch, "report.xlsx", {}, ".report.xlsx")),
        batch.rows.bad > 0 && batch.state !== "needs_answers" && batch.reason !== "file_not_read" && this.button("rejects", { n: batch.rows.bad }, "", () => this.download(batch, "rejects", {}, ""))),
      this.fixes.length > 0 && el("ul", { class: "fixes" }, ...this.fixes.slice(0, mostFixes).map((fix) => el("li", {}, say(language, "fixesOf", {
        column: fix.sheet ? `${fix.sheet} · ${fix.column}` : fix.column, message: fix.message[language], n: fix.cells, value: fix.value || say(language, "empty"), instead: fix.instead || say(language, "empty"),
      })))),
      issueTable(language, this.issues),
      el("p", { class: "hint" }, say(language, "issuesShown", { n: this.issues.length, total: shown }), " ",
        this.issues.length % portion === 0 && this.issues.length < shown && this.issues.length > 0 && this.button("more", {}, "", () => this.more(batch))),
    );
  }

  private button(word: Word, values: Record<string, number>, kind: string, act: () => Promise<void>): HTMLButtonElement {
    const button = el("button", { type: "button", class: `act ${kind}`, "data-act": word, onclick: () => {
      button.disabled = true;
      void act().catch(this.heard.failed).finally(() => { button.disabled = false; });
    } }, say(this.language, word, values));
    return button;
  }

  private async decide(batch: Import, method: "POST" | "DELETE", step: string, query: Record<string, string>): Promise<void> {
    this.heard.decided(await this.api.send<Import>(`imports/${batch.id}${step}`, query, { method }));
  }

  /** Shows the issues of another severity. */
  private async choose(batch: Import, only: Severity): Promise<void> {
    this.only = only;
    this.issues = [];
    await this.ask(0, this.issuesOf);
    if (this.batch?.id === batch.id) this.render(this.batch);
  }

  private async more(batch: Import): Promise<void> {
    await this.ask(this.issues.length, this.issuesOf);
    if (this.batch?.id === batch.id) this.render(this.batch);
  }

  /** Saves a file about a batch. A plain link could not carry the key. */
  private async download(batch: Import, what: string, query: Record<string, string>, ending: string): Promise<void> {
    const file = await this.api.file(`imports/${batch.id}/${what}`, query);
    const url = URL.createObjectURL(file);
    el("a", { href: url, download: what === "rejects" ? rejectsName(batch.name, file.type) : batch.name + ending }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  }

  private takingBack(batch: Import): HTMLElement {
    const { language } = this;
    const reason = el("input", { type: "text", required: true, placeholder: say(language, "undoReason"), "aria-label": say(language, "undoReason") });
    return el("form", { class: "undo", onsubmit: (event) => {
      event.preventDefault();
      void this.undo(batch, reason.value).catch(this.heard.failed);
    } }, reason, el("button", { type: "submit", class: "act", "data-act": "undo" }, say(language, "undo")));
  }

  private async undo(batch: Import, reason: string): Promise<void> {
    const what = await this.api.send<Undone>(`imports/${batch.id}/undo`, { reason }, { method: "POST" });
    this.undone = { id: batch.id, what };
    this.heard.decided(await this.api.get<Import>(`imports/${batch.id}`));
  }

  private left({ restored, withdrawn, left_count, left }: Undone): HTMLElement {
    const { language } = this;
    return el("div", { class: "flag undone" },
      el("p", {}, say(language, "undone", { restored, withdrawn, left: left_count })),
      el("ul", {}, ...left.map(({ code, actor, at }) => el("li", {}, el("code", {}, code), " ", say(language, "leftBy", { actor, at: moment(at) })))));
  }
}

/** The rows to be mended keep the file's ending, which tells its format; a workbook may have come under another, and of a map file they are a GeoPackage. */
function rejectsName(name: string, type: string): string {
  const [, stem = name, ending = ""] = /^(.*?)(\.[^.]*)?$/.exec(name) ?? [];
  return `${stem}.rejects${type.includes("spreadsheet") ? ".xlsx" : type.includes("geopackage") ? ".gpkg" : ending}`;
}

/** Why a file was refused, in words. Who undoes a batch writes the words himself. */
function reasonText(language: Language, reason: string | undefined): string | undefined {
  return refusals.some((known) => known === reason) ? say(language, `reason_${reason as (typeof refusals)[number]}`) : reason;
}

const refusals = ["rows_with_errors", "file_not_read", "no_rows", "interrupted"] as const;
