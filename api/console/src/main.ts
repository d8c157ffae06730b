import "./page.css";
import { Api } from "./api.ts";
import { Page } from "./page.ts";
import { byId, el } from "./dom.ts";
import { firstLanguage, say } from "./i18n.ts";

const remembered = "citygrid.language";

const page = new Page(
  // The page is served at …/map and the API beside it, whatever path a proxy put before both.
  (language) => new Api(new URL(".", location.href), language),
  firstLanguage(read(remembered), navigator.languages),
  (language) => write(remembered, language),
);
page.start().catch((failure: unknown) => {
  byId("status").textContent = "";
  byId("alert").replaceChildren(
    el("span", {}, `${say(page.language, "failed")}: ${failure instanceof Error ? failure.message : String(failure)}`),
    el("button", { type: "button", onclick: () => location.reload() }, say(page.language, "retry")),
  );
  byId("alert").hidden = false;
});

// Storage may be forbidden; then the choice lasts as long as the page.
function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // nothing to do: see above
  }
}
