import { el } from "./dom.ts";

/** Shows the city's notice: its first sentence, and the rest when one asks for it. An empty notice takes no room. */
export function renderNotice(root: HTMLElement, notice: string): void {
  const [first, rest] = splitNotice(notice);
  const open = root.querySelector("details")?.open ?? false;
  root.hidden = !first;
  root.replaceChildren(rest ? el("details", { open }, el("summary", {}, first), el("p", {}, rest)) : first);
}

/** Splits a text after its first sentence, Chinese or English. */
export function splitNotice(notice: string): [first: string, rest: string] {
  const end = /。|[.!?](?=\s)/.exec(notice);
  const at = end ? end.index + end[0].length : notice.length;
  return [notice.slice(0, at).trim(), notice.slice(at).trim()];
}
