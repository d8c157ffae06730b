import * as maplibre from "maplibre-gl";
import "maplibre-gl/dist/maplibre-gl.css";
import workerURL from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";
import type { Feature, Geometry } from "geojson";
import { say, type Language } from "./i18n.ts";
import { componentFilter, componentLayers, namedLayers, nameField, style, type SourceName } from "./layers.ts";
import type { Box } from "./shape.ts";

/** What a click fell on: the place, and the component there if there is one. */
export interface Click {
  lon: number;
  lat: number;
  component: string | undefined;
}

const clickTolerance = 5; // pixels: a finger or a small dot

/** The drawn city: data by source name, what is shown of it, where it looks. */
export class CityMap {
  private readonly map: maplibre.Map;

  constructor(container: HTMLElement, language: Language, centre: [number, number]) {
    // A file of our own origin instead of a blob: the page's policy allows no other worker.
    maplibre.setWorkerUrl(workerURL);
    this.map = new maplibre.Map({
      container,
      style: style(language),
      center: centre,
      zoom: 13.6,
      minZoom: 8,
      maxZoom: 20,
      maxPitch: 0,
      dragRotate: false,
      pitchWithRotate: false,
      hash: "map",
      attributionControl: false,
      locale: words(language),
      fadeDuration: 120,
    });
    this.map.touchZoomRotate.disableRotation();
    this.map.addControl(new maplibre.NavigationControl({ showCompass: false }), "bottom-right");
    this.map.addControl(new maplibre.ScaleControl({ unit: "metric" }), "bottom-right");
    this.map.getCanvas().setAttribute("aria-label", say(language, "map"));
    for (const event of ["movestart", "dataloading"] as const) this.map.on(event, () => this.busy(true));
    this.map.on("idle", () => this.busy(false));
  }

  /** Resolves when sources can be filled. */
  async ready(): Promise<void> {
    if (!this.map.isStyleLoaded()) await this.map.once("load");
  }

  /** Calls back on each click, on Enter for the middle of the map, and shows by the pointer that a component can be clicked. */
  onClick(call: (click: Click) => void): void {
    this.map.on("click", (event) => {
      call({ lon: event.lngLat.lng, lat: event.lngLat.lat, component: this.componentAt(event.point) });
    });
    this.map.getCanvas().addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      const { lng: lon, lat } = this.map.getCenter();
      call({ lon, lat, component: this.componentAt(this.map.project([lon, lat])) });
    });
    for (const layer of componentLayers) {
      this.map.on("mouseenter", layer, () => { this.map.getCanvas().style.cursor = "pointer"; });
      this.map.on("mouseleave", layer, () => { this.map.getCanvas().style.cursor = ""; });
    }
  }

  /** Replaces what a source shows. */
  set(source: SourceName, features: Feature<Geometry, unknown>[]): void {
    this.map.getSource<maplibre.GeoJSONSource>(source)?.setData({ type: "FeatureCollection", features: features as Feature[] });
  }

  /** Shows the components of these classes only. */
  show(classes: string[]): void {
    for (const layer of componentLayers) this.map.setFilter(layer, componentFilter(layer, classes));
    this.busy(true);
  }

  /** Writes names and control hints in another language. */
  speak(language: Language): void {
    for (const layer of namedLayers) this.map.setLayoutProperty(layer, "text-field", nameField(language));
    const text = words(language);
    for (const [selector, key] of [["zoom-in", "ZoomIn"], ["zoom-out", "ZoomOut"]] as const) {
      const button = this.map.getContainer().querySelector<HTMLElement>(`.maplibregl-ctrl-${selector}`);
      const hint = text[`NavigationControl.${key}`]!;
      button?.setAttribute("title", hint);
      button?.setAttribute("aria-label", hint);
    }
    this.map.getCanvas().setAttribute("aria-label", text["Map.Title"]!);
  }

  /** Moves so that a place is in the free part of the map, at least at a zoom where components can be told apart. */
  flyTo(at: [number, number], zoom: number, padding: maplibre.PaddingOptions): void {
    // An offset, because the map keeps a padding and would be off centre when the panel is gone.
    const offset: [number, number] = [((padding.left ?? 0) - (padding.right ?? 0)) / 2, ((padding.top ?? 0) - (padding.bottom ?? 0)) / 2];
    this.map.easeTo({ center: at, zoom: Math.max(zoom, this.map.getZoom()), offset, duration: calm() ? 0 : 700 });
  }

  /** Moves only if a place is hidden behind the panel or off the screen. */
  reveal(at: [number, number], padding: maplibre.PaddingOptions): void {
    const { x, y } = this.map.project(at);
    const { clientWidth: width, clientHeight: height } = this.map.getContainer();
    const free = x >= 0 && y >= 0 && x <= width - (padding.right ?? 0) && y <= height - (padding.bottom ?? 0);
    if (!free && !this.map.isMoving()) this.flyTo(at, this.map.getZoom(), padding);
  }

  /** Moves so that a box fills the free part of the map. */
  fit(box: Box, { padding, still = false }: { padding: maplibre.PaddingOptions; still?: boolean }): void {
    this.map.fitBounds(box, { padding, maxZoom: 17.5, duration: still || calm() ? 0 : 700 });
  }

  /** Says whether what is drawn is still changing. */
  private busy(busy: boolean): void {
    this.map.getContainer().setAttribute("aria-busy", String(busy));
  }

  private componentAt({ x, y }: maplibre.Point): string | undefined {
    const t = clickTolerance;
    const hits = this.map.queryRenderedFeatures([[x - t, y - t], [x + t, y + t]], { layers: [...componentLayers] });
    let best: { code: string; far: number } | undefined;
    for (const hit of hits) {
      const code = hit.properties["code"] as unknown;
      if (typeof code !== "string") continue;
      // Points lie on top of lines, lines on top of areas; of two points the nearer one was meant.
      const far = hit.geometry.type === "Point" ? this.far(hit.geometry.coordinates, x, y) : hit.geometry.type.endsWith("Polygon") ? 200 : 100;
      if (!best || far < best.far) best = { code, far };
    }
    return best?.code;
  }

  private far([lon = 0, lat = 0]: number[], x: number, y: number): number {
    const at = this.map.project([lon, lat]);
    return Math.hypot(at.x - x, at.y - y);
  }
}

function words(language: Language): Record<string, string> {
  return {
    "Map.Title": say(language, "map"),
    "NavigationControl.ZoomIn": say(language, "zoomIn"),
    "NavigationControl.ZoomOut": say(language, "zoomOut"),
    "ScaleControl.Meters": "m",
    "ScaleControl.Kilometers": "km",
  };
}

/** Whether the reader asked their system for less motion. */
function calm(): boolean {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
