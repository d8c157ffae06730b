import { el } from "./dom.ts";
import { say, type Language, type Word } from "./i18n.ts";
import type { Import } from "./wire.ts";

/** Lists the batches of late, the chosen one marked. */
export function renderImports(root: HTMLElement, language: Language, batches: Import[], chosen: string | null): void {
  root.replaceChildren(...(batches.length === 0
    ? [el("li", { class: "hint" }, say(language, "importsNone"))]
    : batches.map((batch) => el("li", {},
      el("a", { href: `#import=${batch.id}`, "data-batch": batch.id, "aria-current": batch.id === chosen && "true" },
        el("strong", {}, batch.name),
        stateTag(language, batch),
        el("span", { class: "hint" }, `${moment(batch.received_at ?? batch.started_at)} · ${batch.actor}`))))));
}

/** The state of a batch, in a word. */
export function stateTag(language: Language, batch: Import): HTMLElement {
  return el("span", { class: `state ${batch.state}`, "data-state": batch.state }, say(language, `state_${batch.state}` satisfies Word));
}

/** A moment as 2026-01-31 12:59, in both languages; empty when there is none. */
export function moment(at: string | undefined): string {
  return at ? new Date(at).toLocaleString("sv-SE").slice(0, 16) : "";
}
