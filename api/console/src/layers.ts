import type {
  ExpressionSpecification,
  FilterSpecification,
  LayerSpecification,
  SourceSpecification,
  StyleSpecification,
} from "maplibre-gl";
import type { Language } from "./i18n.ts";
import { classColourPairs, kindColours, palette } from "./palette.ts";

/** The sources of the style, all GeoJSON that the page loads itself, in the order in which they are worth waiting for. */
export const sources = [
  "water", "parks", "roads", "water-names", "parks-names", "veil", "managed", "districts", "streets", "communities", "cells",
  "districts-names", "streets-names", "communities-names", "cells-names", "components", "preview", "picked",
] as const;
export type SourceName = (typeof sources)[number];

/** The layers that show components, by geometry: what a click looks into and what the legend filters. */
export const componentLayers = ["components-area", "components-edge", "components-line", "components-point"] as const;

// No glyph server is named: the map library then draws every letter itself with these fonts of the reader's machine.
const regular = ["Noto Sans CJK SC", "Noto Sans SC", "PingFang SC", "Microsoft YaHei", "sans-serif"];
const bold = ["Noto Sans CJK SC Bold", "Noto Sans SC Bold", "PingFang SC Semibold", "Microsoft YaHei Bold", "sans-serif"];

/** The whole style, empty of data, naming nothing outside the page. */
export function style(language: Language): StyleSpecification {
  const empty: SourceSpecification = { type: "geojson", data: { type: "FeatureCollection", features: [] } };
  return {
    version: 8,
    sources: Object.fromEntries(sources.map((name) => [name, name === "components" ? { ...empty, maxzoom: 16, buffer: 32 } : empty])),
    layers: [...ground(), ...boundaries(), ...components(), ...preview(), ...names(language), ...pickedLayers()] as LayerSpecification[],
  };
}

/** The name of an area or street in the reader's language: Chinese, or English below it where it has one. */
export function nameField(language: Language): ExpressionSpecification {
  const zh: ExpressionSpecification = ["coalesce", ["get", "name"], ["get", "code"]];
  if (language === "zh") return zh;
  return ["case", ["to-boolean", ["get", "name_en"]], ["concat", ["get", "name_en"], "\n", zh], zh] as ExpressionSpecification;
}

/** The layers whose text follows the language. */
export const namedLayers = ["water-name", "parks-name", "districts-name", "streets-name", "communities-name"] as const;

/** Keeps the geometry of a component layer and the classes that are shown. */
export function componentFilter(layer: (typeof componentLayers)[number], shown: string[]): FilterSpecification {
  return ["all", ["==", ["geometry-type"], geometryOf[layer]], ["in", ["get", "class"], ["literal", shown]]] as FilterSpecification;
}

const geometryOf = {
  "components-area": "Polygon",
  "components-edge": "Polygon",
  "components-line": "LineString",
  "components-point": "Point",
} as const;

const zoom = (...stops: (number | ExpressionSpecification)[]): ExpressionSpecification =>
  ["interpolate", ["exponential", 1.5], ["zoom"], ...stops] as unknown as ExpressionSpecification;

const isMain: ExpressionSpecification = ["==", ["get", "class"], "main"];
const byClass = (main: number, side: number): ExpressionSpecification => ["case", isMain, main, side];
const roadWidth = (extra: number) =>
  zoom(11, byClass(0.8 + extra, 0.2 + extra / 2), 14, byClass(3.5 + extra, 1.4 + extra), 16, byClass(11 + extra, 5 + extra), 19, byClass(64, 34));

function ground(): object[] {
  const round = { "line-cap": "round", "line-join": "round" };
  return [
    { id: "land", type: "background", paint: { "background-color": palette.land } },
    { id: "parks", type: "fill", source: "parks", paint: { "fill-color": palette.park } },
    { id: "water", type: "fill", source: "water", paint: { "fill-color": palette.water } },
    { id: "water-edge", type: "line", source: "water", paint: { "line-color": palette.waterEdge, "line-width": 1 } },
    {
      id: "roads-casing", type: "line", source: "roads", layout: round,
      paint: { "line-color": ["case", isMain, palette.mainCasing, palette.casing], "line-width": roadWidth(1.6) },
    },
    { id: "roads-side", type: "line", source: "roads", filter: ["!", isMain], layout: round, paint: { "line-color": palette.road, "line-width": roadWidth(0) } },
    { id: "roads-main", type: "line", source: "roads", filter: isMain, layout: round, paint: { "line-color": palette.mainRoad, "line-width": roadWidth(0) } },
    { id: "veil", type: "fill", source: "veil", paint: { "fill-color": palette.veil, "fill-opacity": zoom(12, 0.25, 15, 0.5), "fill-antialias": false } },
  ];
}

function boundaries(): object[] {
  const line = (id: string, source: string, minzoom: number, colour: string, width: ExpressionSpecification, dash?: number[], opacity = 1) => ({
    id, type: "line", source, minzoom, layout: { "line-join": "round" },
    paint: { "line-color": colour, "line-width": width, "line-opacity": opacity, ...(dash ? { "line-dasharray": dash } : {}) },
  });
  return [
    { id: "cells-fill", type: "fill", source: "cells", paint: { "fill-opacity": 0 } },
    line("cells", "cells", 14, palette.grid, zoom(14, 0.4, 17, 1.4), undefined, 0.75),
    line("communities", "communities", 13, palette.community, zoom(13, 0.8, 17, 2), [3, 2]),
    line("streets", "streets", 10.5, palette.street, zoom(11, 0.8, 17, 2.6), [4, 1.5, 1, 1.5]),
    line("districts", "districts", 0, palette.district, zoom(9, 1.2, 17, 4), [6, 2]),
    line("managed-glow", "managed", 0, palette.managed, zoom(11, 4, 15, 9, 18, 14), undefined, 0.16),
    line("managed", "managed", 0, palette.managed, zoom(11, 1.5, 15, 2.6, 18, 4)),
  ];
}

function components(): object[] {
  const colour = ["match", ["get", "class"], ...classColourPairs()];
  const none = ["in", ["get", "class"], ["literal", []]];
  return [
    { id: "components-area", type: "fill", source: "components", filter: none, paint: { "fill-color": colour, "fill-opacity": 0.32 } },
    { id: "components-edge", type: "line", source: "components", filter: none, paint: { "line-color": colour, "line-width": zoom(12, 0.6, 18, 2) } },
    {
      id: "components-line", type: "line", source: "components", filter: none, layout: { "line-cap": "round" },
      paint: { "line-color": colour, "line-width": zoom(12, 1, 15, 2.4, 19, 6) },
    },
    {
      id: "components-point", type: "circle", source: "components", filter: none,
      paint: {
        "circle-color": colour,
        "circle-radius": zoom(11, 0.8, 13, 1.5, 15, 3, 17, 5, 19, 9),
        "circle-stroke-color": "#ffffff",
        "circle-stroke-width": zoom(13.5, 0, 15, 0.5, 17, 1.3),
        "circle-opacity": zoom(11, 0.75, 15, 0.95),
      },
    },
  ];
}

function names(language: Language): object[] {
  const paint = (colour: string) => ({ "text-color": colour, "text-halo-color": palette.halo, "text-halo-width": 1.6 });
  const area = (id: string, source: string, minzoom: number, maxzoom: number, colour: string, size: ExpressionSpecification, font = regular) => ({
    id, type: "symbol", source, minzoom, maxzoom,
    layout: { "text-field": nameField(language), "text-font": font, "text-size": size, "text-max-width": 8, "text-padding": 6 },
    paint: paint(colour),
  });
  const road = (id: string, minzoom: number, filter: ExpressionSpecification, size: ExpressionSpecification) => ({
    id, type: "symbol", source: "roads", minzoom, filter,
    layout: {
      "symbol-placement": "line", "text-field": ["get", "name"], "text-font": regular, "text-size": size,
      "symbol-spacing": 320, "text-max-angle": 30,
    },
    paint: paint("#7d7260"),
  });
  const ground = (id: string, source: string, minzoom: number, size: ExpressionSpecification, colour: string, halo: string, padding: number) => ({
    id, type: "symbol", source, minzoom,
    layout: {
      "text-field": nameField(language), "text-font": regular, "text-size": size, "text-letter-spacing": 0.12, "text-max-width": 8,
      "text-padding": padding,
    },
    paint: { "text-color": colour, "text-halo-color": halo, "text-halo-width": 1.2 },
  });
  return [
    {
      id: "cells-name", type: "symbol", source: "cells-names", minzoom: 16.2,
      layout: {
        // The last three digits tell a cell within its community; all fifteen fit from zoom 17 on.
        "text-field": ["step", ["zoom"], ["slice", ["get", "code"], 12], 17, ["get", "code"]],
        "text-font": regular, "text-size": zoom(16, 10, 18, 13), "text-padding": 10,
      },
      paint: paint("#6a7480"),
    },
    road("roads-side-name", 15.4, ["!", isMain] as ExpressionSpecification, zoom(15, 10, 18, 13)),
    road("roads-main-name", 12.8, isMain, zoom(13, 10.5, 17, 15)),
    ground("parks-name", "parks-names", 13.4, zoom(13, 9.5, 17, 14), "#5d8049", palette.park, 4),
    ground("water-name", "water-names", 10, zoom(10, 12, 14, 19, 17, 26), "#5b86a5", palette.water, 90),
    area("communities-name", "communities-names", 13.6, 17.5, "#6f6378", zoom(13, 10.5, 17, 15)),
    area("streets-name", "streets-names", 11, 14.6, "#5f4c6c", zoom(11, 11, 14, 15)),
    area("districts-name", "districts-names", 7, 12.6, palette.district, zoom(8, 12, 12, 19), bold),
  ];
}

/** What a survey file would change: where things would stand, and lines from where they stand now. */
function preview(): object[] {
  const colour = ["match", ["get", "kind"], ...Object.entries(kindColours).flat(), palette.pick];
  const isLine = ["==", ["geometry-type"], "LineString"];
  return [
    { id: "preview-area", type: "fill", source: "preview", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": colour, "fill-opacity": 0.4 } },
    { id: "preview-line", type: "line", source: "preview", filter: isLine, paint: { "line-color": colour, "line-width": zoom(12, 1.5, 19, 4) } },
    {
      id: "preview-point", type: "circle", source: "preview", filter: ["==", ["geometry-type"], "Point"],
      paint: { "circle-color": colour, "circle-radius": zoom(11, 2.5, 15, 4, 19, 9), "circle-stroke-color": "#ffffff", "circle-stroke-width": 1 },
    },
  ];
}

function pickedLayers(): object[] {
  const role = (name: string) => ["==", ["get", "role"], name];
  return [
    { id: "picked-cell-fill", type: "fill", source: "picked", filter: role("cell"), paint: { "fill-color": palette.managed, "fill-opacity": 0.1 } },
    { id: "picked-cell", type: "line", source: "picked", filter: role("cell"), paint: { "line-color": palette.managed, "line-width": 2.2, "line-dasharray": [2, 1] } },
    { id: "picked-radius", type: "line", source: "picked", filter: role("radius"), paint: { "line-color": palette.pick, "line-width": 1, "line-opacity": 0.55 } },
    {
      id: "picked-shape", type: "line", source: "picked", filter: ["all", role("component"), ["!=", ["geometry-type"], "Point"]],
      layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": palette.pick, "line-width": 3 },
    },
    {
      id: "picked-dot", type: "circle", source: "picked", filter: ["all", role("component"), ["==", ["geometry-type"], "Point"]],
      paint: {
        "circle-color": "rgba(0,0,0,0)", "circle-radius": zoom(13, 6, 17, 10, 19, 14),
        "circle-stroke-color": palette.pick, "circle-stroke-width": 2.4,
      },
    },
    {
      id: "picked-point", type: "circle", source: "picked", filter: role("point"),
      paint: { "circle-color": palette.pick, "circle-radius": 4, "circle-stroke-color": "#ffffff", "circle-stroke-width": 2 },
    },
  ];
}
