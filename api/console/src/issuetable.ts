import { el } from "./dom.ts";
import { say, type Language } from "./i18n.ts";
import type { Issue } from "./wire.ts";

/** What was found in a file, row by row: where, what stands there, what is wrong and what would be right. */
export function issueTable(language: Language, issues: Issue[]): HTMLElement {
  const sheets = issues.some(({ sheet }) => sheet);
  const head = (["atRow", "atColumn", "foundValue", "saying"] as const).map((word) => el("th", { scope: "col" }, say(language, word)));
  return el("table", { class: "issuetable" },
    el("thead", {}, el("tr", {}, ...head)),
    el("tbody", {}, ...issues.map((issue) => el("tr", { "data-code": issue.code, class: issue.severity },
      el("td", { class: "number" }, sheets && issue.sheet ? `${issue.sheet} · ` : "", issue.row > 0 ? String(issue.row) : ""),
      el("td", {}, issue.column),
      el("td", {}, issue.value && el("code", {}, issue.value), issue.instead && el("code", { class: "instead" }, ` → ${issue.instead}`)),
      el("td", {}, el("span", { class: `severity ${issue.severity}` }, say(language, `severity_${issue.severity}`)), issue.message[language])))),
  );
}
