import "./page.css";
import { Api } from "./api.ts";
import { Page } from "./page.ts";
import { byId, el } from "./dom.ts";
import { firstLanguage, say } from "./i18n.ts";
import { recall, remember } from "./memory.ts";

const language = "citygrid.language";

const page = new Page(
  // The page is served at …/map and the API beside it, whatever path a proxy put before both.
  (spoken) => new Api(new URL(".", location.href), spoken),
  firstLanguage(recall(localStorage, language), navigator.languages),
  (spoken) => remember(localStorage, language, spoken),
);
page.start().catch((failure: unknown) => {
  byId("status").textContent = "";
  byId("alert").replaceChildren(
    el("span", {}, `${say(page.language, "failed")}: ${failure instanceof Error ? failure.message : String(failure)}`),
    el("button", { type: "button", onclick: () => location.reload() }, say(page.language, "retry")),
  );
  byId("alert").hidden = false;
});
