import { bilingual, el } from "./dom.ts";
import { say, type Language } from "./i18n.ts";
import { find, type Entry } from "./searchindex.ts";

const most = 8;

/** The search box: a combobox whose list opens while one types. */
export class Search {
  private readonly input: HTMLInputElement;
  private readonly list: HTMLUListElement;
  private readonly count: HTMLElement;
  private results: Entry[] = [];
  private active = -1;
  private language: Language = "zh";

  constructor(
    root: HTMLElement,
    private readonly entries: () => Iterable<Entry>,
    private readonly onChoose: (entry: Entry) => void,
  ) {
    this.input = el("input", {
      id: "search-input", type: "search", role: "combobox", autocomplete: "off", spellcheck: "false", enterkeyhint: "search",
      "aria-autocomplete": "list", "aria-controls": "search-list", "aria-expanded": "false",
      oninput: () => this.look(), onfocus: () => this.look(), onblur: () => this.close(), onkeydown: (event) => this.key(event as KeyboardEvent),
    });
    this.list = el("ul", { id: "search-list", role: "listbox", class: "card results", hidden: true });
    this.count = el("span", { class: "hidden", role: "status", "aria-live": "polite" });
    root.append(this.input, this.list, this.count);
  }

  /** Writes the hints in another language. */
  speak(language: Language): void {
    this.language = language;
    this.input.placeholder = say(language, "searchHint");
    this.input.setAttribute("aria-label", `${say(language, "search")}: ${say(language, "searchHint")}`);
    this.list.setAttribute("aria-label", say(language, "search"));
    this.close();
  }

  private look(): void {
    this.results = find(this.entries(), this.input.value, most);
    this.active = this.results.length ? 0 : -1;
    if (!this.input.value.trim()) return this.close();
    const none = say(this.language, "searchNone");
    this.list.replaceChildren(
      ...this.results.map((entry, i) => this.option(entry, i)),
      ...(this.results.length ? [] : [el("li", { class: "none" }, none)]),
    );
    this.count.textContent = this.results.length ? say(this.language, "searchCount", { n: this.results.length }) : none;
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.mark();
  }

  private option(entry: Entry, i: number): HTMLElement {
    return el("li",
      {
        id: `search-${i}`, role: "option",
        // mousedown comes before the input's blur, which closes the list
        onmousedown: (event) => { event.preventDefault(); this.choose(i); },
      },
      el("span", { class: "tag" }, say(this.language, entry.level)), bilingual(entry.name, entry.nameEN), el("code", {}, entry.code));
  }

  private key(event: KeyboardEvent): void {
    switch (event.key) {
      case "ArrowDown":
      case "ArrowUp": {
        if (this.list.hidden) this.look();
        const n = this.results.length;
        if (n) this.active = (this.active + (event.key === "ArrowDown" ? 1 : n - 1)) % n;
        this.mark();
        break;
      }
      case "Enter":
        if (this.active >= 0) this.choose(this.active);
        break;
      case "Escape":
        this.close();
        return;
      default:
        return;
    }
    event.preventDefault();
  }

  private mark(): void {
    this.list.querySelectorAll("[role=option]").forEach((option, i) => {
      option.setAttribute("aria-selected", String(i === this.active));
      if (i === this.active) option.scrollIntoView({ block: "nearest" });
    });
    if (this.active >= 0) this.input.setAttribute("aria-activedescendant", `search-${this.active}`);
    else this.input.removeAttribute("aria-activedescendant");
  }

  private choose(i: number): void {
    const entry = this.results[i];
    if (!entry) return;
    this.input.value = entry.code;
    this.close();
    this.onChoose(entry);
  }

  private close(): void {
    this.list.hidden = true;
    this.active = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}
