import { ProblemError, type Api } from "./api.ts";
import { byId, el } from "./dom.ts";
import { say, type Language, type Word } from "./i18n.ts";
import { ImportDetail } from "./importdetail.ts";
import { renderImports } from "./importlist.ts";
import type { Import } from "./wire.ts";

const lookAgain = 500; // ms, while something is on its way
const listed = 30; // batches

interface Memory {
  language: (language: Language) => void;
  key: (key: string) => void;
}

/** The page of survey files: those of late, one of them in full, and a place to drop new ones. */
export class ImportsPage {
  private readonly api: Api;
  private readonly detail: ImportDetail;
  private batches: Import[] = [];
  private sending = "";
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    makeAPI: (language: () => Language, key: () => string) => Api,
    private language: Language,
    key: string | null,
    private readonly memory: Memory,
  ) {
    byId<HTMLInputElement>("key-input").value = key ?? "";
    this.api = makeAPI(() => this.language, () => this.key());
    this.detail = new ImportDetail(byId("detail"), this.api, {
      decided: (batch) => this.put(batch),
      failed: (failure) => this.alert(failure),
    });
  }

  async start(): Promise<void> {
    byId("language").addEventListener("click", () => this.speak(this.language === "zh" ? "en" : "zh"));
    byId("key").addEventListener("submit", (event) => event.preventDefault());
    byId("key-input").addEventListener("change", () => {
      this.memory.key(this.key());
      void this.look();
    });
    const files = byId<HTMLInputElement>("files");
    files.addEventListener("change", () => {
      void this.take([...(files.files ?? [])]);
      files.value = "";
    });
    this.takeDrops();
    addEventListener("hashchange", () => this.show());
    this.words();
    await this.look();
  }

  private key(): string {
    return byId<HTMLInputElement>("key-input").value.trim();
  }

  /** Files may be dropped anywhere on the page: beside the frame the browser would open them and leave the page. */
  private takeDrops(): void {
    const drop = byId("drop");
    addEventListener("dragover", (event) => {
      event.preventDefault();
      drop.classList.add("over");
    });
    addEventListener("dragleave", (event) => {
      if (!event.relatedTarget) drop.classList.remove("over");
    });
    addEventListener("drop", (event) => {
      event.preventDefault();
      drop.classList.remove("over");
      void this.take([...(event.dataTransfer?.files ?? [])]);
    });
  }

  /** Sends files one after the other and opens the last. */
  private async take(files: File[]): Promise<void> {
    if (!this.key()) return this.needKey();
    for (const file of files) {
      this.sending = file.name;
      this.words();
      try {
        const batch = await this.api.send<Import>("imports", { name: file.name, accept: "none", ...this.reading() }, {
          method: "POST", body: file, headers: { "Content-Type": "application/octet-stream" },
        });
        this.put(batch);
        location.hash = `import=${batch.id}`;
      } catch (failure) {
        this.alert(failure);
      }
    }
    this.sending = "";
    this.words();
    this.show();
  }

  /** How the files are to be read, as far as somebody says. */
  private reading(): Record<string, string> {
    const said = ["profile", "sheet", "crs", "scope"].map((name) => [name, byId<HTMLInputElement>(name).value.trim()] as const);
    return { ...Object.fromEntries(said.filter(([, value]) => value !== "")), ...(byId<HTMLInputElement>("blank").checked && { blank: "keep" }) };
  }

  /** Asks for the batches of late, and again while one of them is on its way. */
  private async look(): Promise<void> {
    clearTimeout(this.timer);
    if (!this.key()) return this.needKey();
    try {
      this.batches = (await this.api.get<{ imports: Import[] }>("imports", { limit: listed })).imports;
      byId("alert").hidden = true;
    } catch (failure) {
      this.batches = [];
      this.alert(failure);
    }
    this.show();
    if (this.batches.some((batch) => batch.active)) this.timer = setTimeout(() => void this.look(), lookAgain);
  }

  private put(batch: Import): void {
    const at = this.batches.findIndex(({ id }) => id === batch.id);
    if (at < 0) this.batches.unshift(batch);
    else this.batches[at] = batch;
    this.show();
    void this.look();
  }

  private show(): void {
    const chosen = new URLSearchParams(location.hash.slice(1)).get("import");
    renderImports(byId("list"), this.language, this.batches, chosen);
    void this.detail.show(this.language, this.batches.find(({ id }) => id === chosen) ?? null, !!this.key());
  }

  private needKey(): void {
    byId("key-input").focus();
    this.show();
  }

  private alert(failure: unknown): void {
    const alert = byId("alert");
    const text = failure instanceof ProblemError ? failure.message : say(this.language, "offline");
    alert.replaceChildren(el("span", {}, text), el("button", { type: "button", onclick: () => { alert.hidden = true; } }, say(this.language, "close")));
    alert.hidden = false;
  }

  private speak(language: Language): void {
    this.language = language;
    this.memory.language(language);
    this.words();
    this.show();
  }

  private words(): void {
    const write = (id: string, word: Word) => { byId(id).textContent = say(this.language, word); };
    document.documentElement.lang = this.language === "zh" ? "zh-CN" : "en";
    document.title = `${say(this.language, "imports")} · CityGrid`;
    for (const [id, word] of [["title", "imports"], ["to-map", "toMap"], ["key-label", "key"], ["language", "switch"], ["choose-label", "choose"], ["drop-hint", "dropHint"], ["template", "template"],
      ["reading-label", "reading"], ["profile-label", "profile"], ["blank-label", "blank"], ["sheet-label", "sheet"], ["crs-label", "crs"], ["scope-label", "scope"], ["scope-hint", "scopeHint"]] as const) write(id, word);
    byId("drop-label").textContent = this.sending ? say(this.language, "sending", { name: this.sending }) : say(this.language, "drop");
    byId<HTMLInputElement>("key-input").placeholder = say(this.language, "keyHint");
    byId("language").title = say(this.language, "switchTo");
  }
}
