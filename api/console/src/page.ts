import type { Feature, Geometry } from "geojson";
import { ProblemError, type Api } from "./api.ts";
import { Areas } from "./areas.ts";
import type { Topic } from "./answer.ts";
import { Catalogue } from "./catalogue.ts";
import { Components } from "./components.ts";
import { byId } from "./dom.ts";
import { drawAreas, drawBase } from "./ground.ts";
import { say, type Language } from "./i18n.ts";
import { Legend } from "./legend.ts";
import { CityMap } from "./map.ts";
import { classColour } from "./palette.ts";
import { renderNotice } from "./notice.ts";
import { Panel } from "./panel.ts";
import { ask, fromHash, intoHash, radius, type Answer, type Question } from "./question.ts";
import { Search } from "./search.ts";
import type { Entry } from "./searchindex.ts";
import { anchorOf, boxOf, circleAround } from "./shape.ts";
import { fillSubjects } from "./subject.ts";
import type { City, FilingStandard, Kind } from "./wire.ts";

/** The map page: its parts, and what passes between them. */
export class Page {
  language: Language;
  private readonly api: Api;
  private readonly areas = new Areas();
  private readonly components = new Components();
  private readonly legend: Legend;
  private readonly panel: Panel;
  private readonly search: Search;
  private readonly subject = byId<HTMLSelectElement>("subject");
  private readonly status = byId("status");
  // Read before the map writes its own view into the address.
  private readonly viewGiven = new URLSearchParams(location.hash.slice(1)).has("map");
  private map!: CityMap;
  private city!: City;
  private catalogue!: Catalogue;
  private question: Question | null = null;
  private shown: { answer: Answer; topic: Topic | null; standards: FilingStandard[] | null } | null = null;
  private asking = new AbortController();

  constructor(makeAPI: (language: () => Language) => Api, language: Language, private readonly remember: (language: Language) => void) {
    this.language = language;
    this.api = makeAPI(() => this.language);
    this.legend = new Legend(byId("legend"), (shown) => this.map.show(shown));
    this.panel = new Panel(byId("panel"), {
      areaEnglish: (code) => this.areas.get(code)?.properties.name_en,
      unitEnglish: (code) => this.catalogue.unit(code)?.name_en,
      subclassEnglish: (code) => this.catalogue.subclass("component", code)?.name_en,
      point: (component) => this.mark(component ?? this.question?.component),
      press: (component) => this.openComponent(component),
      visit: (area) => this.openArea(area),
      close: () => this.close(),
    });
    this.search = new Search(byId("search"), () => this.entries(), (entry) => this.open(entry));
  }

  /** Loads the city and shows it, coarse things first. */
  async start(): Promise<void> {
    byId("language").addEventListener("click", () => this.speak(this.language === "zh" ? "en" : "zh"));
    this.subject.addEventListener("change", () => this.chooseEvent());
    this.words();
    this.say("loadingMap");
    [this.city, this.catalogue] = await Promise.all([this.api.get<City>("city"), Catalogue.load(this.api)]);
    this.words();
    this.map = this.draw();
    this.map.onClick((click) => void this.ask({ ...click, event: this.event() }));
    await this.map.ready();
    const [managed] = await Promise.all([drawAreas(this.api, this.map, this.areas), drawBase(this.api, this.map)]);
    if (managed && !this.viewGiven) this.map.fit(managed, { padding: this.padding(), still: true });
    await this.loadComponents();
    addEventListener("hashchange", () => this.followHash());
    this.followHash();
  }

  private draw(): CityMap {
    try {
      return new CityMap(byId("map"), this.language, this.city.centre);
    } catch {
      throw new Error(say(this.language, "webgl"));
    }
  }

  private async loadComponents(): Promise<void> {
    await this.components.load(this.api, (loaded, total) => {
      this.map.set("components", this.components.features);
      const counts = this.components.counts();
      this.map.show(this.legend.shown(counts.keys()));
      this.legend.render(this.language, counts, this.catalogue);
      this.say("loading", { n: loaded, total });
    });
    this.say("loaded", { n: this.components.features.length });
    this.status.classList.add("done");
  }

  /** Asks about a place and shows the answer; a later question puts an earlier one off. */
  private async ask(asked: Question): Promise<void> {
    this.question = asked;
    this.asking.abort();
    this.asking = new AbortController();
    const { signal } = this.asking;
    history.replaceState(null, "", intoHash(location.hash, asked) || "#");
    this.mark(asked.component);
    this.panel.wait(this.language, asked);
    try {
      const topic = this.topic(asked);
      const [answer, standards] = await Promise.all([
        ask(this.api, asked, signal),
        topic ? this.catalogue.standards(topic.kind, topic.subclass) : null,
      ]);
      if (signal.aborted) return;
      this.shown = { answer, topic, standards };
      this.panel.show(this.language, asked, topic, answer, standards);
      this.mark(asked.component);
      this.map.reveal([asked.lon, asked.lat], this.padding());
    } catch (failure) {
      if (!signal.aborted) this.explain(asked, failure);
    }
  }

  /** What a question is about, with its names; null when it only asks where a place is. */
  private topic(question: Question): (Topic & { kind: Kind; subclass: string }) | null {
    if (question.event) {
      const names = this.catalogue.subclass("event", question.event);
      return { kind: "event", subclass: question.event, code: question.event, zh: names?.name_zh ?? question.event, en: names?.name_en };
    }
    const component = question.component ? this.components.get(question.component) : undefined;
    if (!component) return null;
    const { code, name, subclass } = component.properties;
    return {
      kind: "component", subclass, code, zh: name, en: this.catalogue.subclass("component", subclass)?.name_en,
      colour: classColour(component.properties.class),
    };
  }

  private explain(question: Question, failure: unknown): void {
    this.shown = null;
    if (!(failure instanceof ProblemError)) {
      this.panel.fail(this.language, question, say(this.language, "offline"), String(failure), {
        label: say(this.language, "retry"), act: () => void this.ask(question),
      });
      return;
    }
    const { title, detail } = failure.problem;
    this.panel.fail(this.language, question, title ?? say(this.language, "failed"), detail ?? failure.message);
  }

  /** Rings the place that was asked about, its cell, and a component. */
  private mark(component: string | undefined): void {
    const features: Feature[] = [];
    const add = (role: string, geometry: Geometry | null | undefined) => {
      if (geometry) features.push({ type: "Feature", properties: { role }, geometry });
    };
    if (this.question) {
      const at = [this.question.lon, this.question.lat];
      add("cell", this.areas.get(this.shown?.answer.placement?.grid.code ?? "")?.geometry);
      add("radius", circleAround(at, radius));
      add("point", { type: "Point", coordinates: at });
    }
    add("component", component ? this.components.get(component)?.geometry : undefined);
    this.map.set("picked", features);
  }

  private *entries(): Generator<Entry> {
    yield* this.areas.entries();
    for (const { properties } of this.components.features) {
      yield {
        level: "component", code: properties.code, name: properties.name,
        nameEN: this.catalogue.subclass("component", properties.subclass)?.name_en,
      };
    }
  }

  private open(entry: Entry): void {
    if (entry.level === "component") this.openComponent(entry.code);
    else this.openArea(entry.code);
  }

  /** Flies to a component and asks who answers for it: for this, a chosen event steps back. */
  private openComponent(code: string): void {
    const component = this.components.get(code);
    const at = component && anchorOf(component.geometry);
    if (!at) return;
    this.subject.value = "";
    const [lon = 0, lat = 0] = at;
    void this.ask({ lon, lat, component: code });
    this.map.flyTo([lon, lat], 17.3, this.padding(true));
  }

  private openArea(code: string): void {
    const area = this.areas.get(code);
    const at = area && anchorOf(area.geometry);
    const box = area && boxOf(area.geometry);
    if (!at || !box) return;
    void this.ask({ lon: at[0] ?? 0, lat: at[1] ?? 0, event: this.event() });
    this.map.fit(box, { padding: this.padding(true) });
  }

  private chooseEvent(): void {
    if (this.question) void this.ask({ ...this.question, event: this.event() });
  }

  /** The class of event that a click asks about; undefined when it asks about the component clicked. */
  private event(): string | undefined {
    return this.subject.value || undefined;
  }

  private close(): void {
    this.asking.abort();
    this.question = null;
    this.shown = null;
    this.panel.hide();
    this.mark(undefined);
    history.replaceState(null, "", intoHash(location.hash, null) || "#");
    byId("map").querySelector("canvas")?.focus();
  }

  private followHash(): void {
    const question = fromHash(location.hash);
    if (!question || JSON.stringify(question) === JSON.stringify(this.question)) return;
    this.subject.value = question.event ?? "";
    void this.ask(question);
  }

  private speak(language: Language): void {
    this.language = language;
    this.remember(language);
    this.words();
    this.map?.speak(language);
    if (this.components.features.length) {
      this.legend.render(language, this.components.counts(), this.catalogue);
      this.say("loaded", { n: this.components.features.length });
    }
    if (this.question && this.shown) {
      this.panel.show(language, this.question, this.shown.topic, this.shown.answer, this.shown.standards);
    } else if (this.question) void this.ask(this.question);
  }

  /** Writes everything that is always on the page. */
  private words(): void {
    const { language } = this;
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    const city = this.city && (language === "zh" ? this.city.name : this.city.name_en || this.city.name);
    const title = say(language, "title");
    byId("title").textContent = city ? `${city} · ${title}` : title;
    document.title = byId("title").textContent ?? title;
    byId("skip").textContent = say(language, "skip");
    byId("language").textContent = say(language, "switch");
    byId("language").setAttribute("aria-label", say(language, "switchTo"));
    byId("subject-label").textContent = say(language, "subject");
    byId("map").setAttribute("aria-label", say(language, "map"));
    if (this.city) renderNotice(byId("notice"), language === "zh" ? this.city.notice : this.city.notice_en || this.city.notice);
    if (this.catalogue) fillSubjects(this.subject, language, this.catalogue);
    this.search.speak(language);
  }

  private say(...args: Parameters<typeof say> extends [Language, ...infer Rest] ? Rest : never): void {
    this.status.textContent = say(this.language, ...args);
  }

  /** The room that the panel takes from the map, in pixels. */
  private padding(withPanel = this.panel.open): { top: number; right: number; bottom: number; left: number } {
    const narrow = matchMedia("(max-width: 700px)").matches;
    if (narrow) return { top: 20, left: 20, right: 20, bottom: withPanel ? Math.round(innerHeight * 0.5) : 60 };
    return { top: 30, left: 30, bottom: 30, right: withPanel ? 420 : 30 };
  }
}
