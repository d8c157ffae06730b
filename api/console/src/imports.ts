import "./page.css";
import "./imports.css";
import { Api } from "./api.ts";
import { firstLanguage } from "./i18n.ts";
import { ImportsPage } from "./importspage.ts";
import { recall, remember } from "./memory.ts";

const language = "citygrid.language";
const key = "citygrid.key"; // only as long as the tab is open: it may change the registry

const page = new ImportsPage(
  // The page is served at …/imports and the API beside it, whatever path a proxy put before both.
  (spoken, held) => new Api(new URL(".", location.href), spoken, held),
  firstLanguage(recall(localStorage, language), navigator.languages),
  recall(sessionStorage, key),
  { language: (spoken) => remember(localStorage, language, spoken), key: (held) => remember(sessionStorage, key, held) },
);
void page.start();
