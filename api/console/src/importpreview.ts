import type { Feature, Geometry } from "geojson";
import type { Api } from "./api.ts";
import { Areas } from "./areas.ts";
import { el } from "./dom.ts";
import { drawAreas, drawBase } from "./ground.ts";
import { say, type Language, type Word } from "./i18n.ts";
import type { CityMap } from "./map.ts";
import { kindColours } from "./palette.ts";
import { anchorOf, boxAround } from "./shape.ts";
import type { Change, City, Counted, Difference } from "./wire.ts";

const kinds = ["created", "updated", "moved", "format_only", "unchanged", "renumbered", "missing"] as const satisfies Counted[];
const mostShown = 1000; // changes, on the map and in the table
const mostColumns = 5; // of which is said how many rows they alone change
const padding = { top: 40, right: 40, bottom: 40, left: 40 };

/** What the commit of a staged batch would change: in figures, on a map and row by row. */
export class ImportPreview {
  private readonly root = el("section", { class: "difference" });
  private readonly canvas = el("div", { class: "previewmap" });
  private map: Promise<CityMap> | null = null;
  private of = "";
  private difference: Difference | null = null;
  private changes: Feature<Geometry, Change>[] = [];
  private missing: Feature[] = [];

  constructor(
    private readonly api: Api,
    private readonly failed: (failure: unknown) => void,
  ) {}

  /** Gives the section, which fills itself. */
  show(language: Language, batch: string): HTMLElement {
    if (this.of !== batch) {
      this.of = batch;
      this.difference = null;
      void this.load(language, batch).catch(this.failed);
    }
    this.render(language);
    return this.root;
  }

  private async load(language: Language, batch: string): Promise<void> {
    const [difference, changes] = await Promise.all([
      this.api.get<Difference>(`imports/${batch}/difference`),
      this.api.get<{ features: Feature<Geometry, Change>[] }>(`imports/${batch}/preview`, { limit: mostShown }),
    ]);
    const missing = difference.missing.length === 0 ? [] : (await this.api.get<{ features: Feature[] }>(`imports/${batch}/missing`)).features;
    if (this.of !== batch) return;
    this.missing = missing;
    this.difference = difference;
    this.changes = changes.features;
    this.render(language);
    const box = boxAround([...this.changes, ...this.missing].map(({ geometry }) => geometry));
    if (!box) return;
    const map = await (this.map ??= this.draw(language));
    map.set("preview", [...this.missing, ...this.changes.flatMap(way), ...this.changes]);
    map.fit(box, { padding, still: true });
  }

  /** Draws the city below, once. The map library is loaded only by who has something to see on it. */
  private async draw(language: Language): Promise<CityMap> {
    const [{ CityMap }, city] = await Promise.all([import("./map.ts"), this.api.get<City>("city")]);
    const map = new CityMap(this.canvas, language, city.centre);
    await map.ready();
    void Promise.all([drawBase(this.api, map), drawAreas(this.api, map, new Areas())]).catch(this.failed);
    return map;
  }

  private render(language: Language): void {
    if (!this.difference) return this.root.replaceChildren(el("h3", {}, say(language, "difference")), el("p", { class: "hint" }, say(language, "asking")));
    const { totals, columns } = this.difference;
    const changed = this.changes.length > 0;
    const drawn = changed || this.missing.length > 0;
    this.root.replaceChildren(
      el("h3", {}, say(language, "difference")),
      el("ul", { class: "kinds" }, ...kinds.map((kind) => totals[kind] ? this.total(language, kind, totals[kind]) : "")),
      el("ul", { class: "columns" }, ...columns.filter(({ only }) => only > 0).slice(0, mostColumns).map(({ column, only, only_format }) =>
        el("li", {}, say(language, only_format === only ? "columnOnlyFormat" : "columnOnly", { n: only, column })))),
      ...this.unnamed(language, this.difference),
      drawn ? this.canvas : el("p", { class: "hint" }, say(language, "differenceNone")),
      changed ? this.table(language) : "",
      changed ? el("p", { class: "hint" }, say(language, "changesShown", { n: this.changes.length })) : "",
    );
  }

  /** What no row names: only a declared scope has it. */
  private unnamed(language: Language, { renumbered, missing }: Difference): HTMLElement[] {
    const list = (word: Word, lines: HTMLElement[]) => el("details", { class: "unnamed", "data-list": word }, el("summary", {}, say(language, word, { n: lines.length })), el("ul", {}, ...lines));
    return [
      renumbered.length > 0 && list("renumberedOf", renumbered.map((pair) => el("li", { onclick: () => this.visitMissing(pair.old) }, el("code", {}, pair.old), " → ", el("code", {}, pair.new),
        ` · ${say(language, "metres", { n: pair.distance_m })} · ${say(language, "atRow")} ${placeOf(pair)}`))),
      missing.length > 0 && list("missingOf", missing.map(({ code, grid }) => el("li", { onclick: () => this.visitMissing(code) }, el("code", {}, code), ` · ${grid}`))),
    ].filter((section) => section !== false);
  }

  private total(language: Language, kind: Counted, n: number): HTMLElement {
    return el("li", { "data-kind": kind }, swatch(kind), el("strong", {}, n.toLocaleString("en")), " ", say(language, `kind_${kind}`));
  }

  private table(language: Language): HTMLElement {
    const head = (["atRow", "code", "change"] as const satisfies Word[]).map((word) => el("th", { scope: "col" }, say(language, word)));
    return el("div", { class: "changes", tabindex: 0 }, el("table", { class: "issuetable" },
      el("thead", {}, el("tr", {}, ...head)),
      el("tbody", {}, ...this.changes.map(({ properties: change, geometry }) => el("tr", { "data-change": change.code, onclick: () => this.visit(geometry) },
        el("td", { class: "number" }, placeOf(change)),
        el("td", {}, el("code", {}, change.code)),
        el("td", {}, swatch(change.kind), say(language, `kind_${change.kind}`), change.distance_m !== undefined && ` ${say(language, "metres", { n: change.distance_m })}`,
          ...change.columns.filter(({ column }) => column !== "geometry").map((column) => columnChange(language, column)))))),
    ));
  }

  private visitMissing(code: string): void {
    const found = this.missing.find(({ id }) => id === code);
    if (found) this.visit(found.geometry);
  }

  private visit(geometry: Geometry): void {
    const at = anchorOf(geometry);
    if (at) void this.map?.then((map) => map.flyTo([at[0]!, at[1]!], 17.5, padding));
  }
}

function columnChange(language: Language, { column, old, new: to }: Change["columns"][number]): HTMLElement {
  const value = (text: string) => text === "" ? el("span", { class: "hint" }, say(language, "empty")) : el("span", {}, text);
  return el("span", { class: "columnchange" }, el("code", {}, column), " ", value(old), " → ", value(to));
}

/** Where a row stands, as the crew's own editor counts. */
function placeOf({ sheet, row }: { sheet?: string; row: number }): string {
  return sheet ? `${sheet} · ${row}` : String(row);
}

function swatch(kind: Counted): SVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const dot = document.createElementNS("http://www.w3.org/2000/svg", "circle");
  for (const [name, value] of Object.entries({ cx: 5, cy: 5, r: 5, fill: colourOf(kind) })) dot.setAttribute(name, String(value));
  svg.setAttribute("class", "dot");
  svg.setAttribute("viewBox", "0 0 10 10");
  svg.append(dot);
  return svg;
}

function colourOf(kind: Counted): string {
  return kind in kindColours ? kindColours[kind as keyof typeof kindColours] : "#d5d8dc";
}

/** The way from where a component stands to where it would. */
function way({ properties: { kind, moved_from }, geometry }: Feature<Geometry, Change>): Feature[] {
  const from = moved_from && anchorOf(moved_from);
  const to = anchorOf(geometry);
  return from && to ? [{ type: "Feature", properties: { kind }, geometry: { type: "LineString", coordinates: [from, to] } }] : [];
}
