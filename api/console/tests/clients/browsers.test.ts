import type { APIRequestContext, Page } from "@playwright/test";
import { fileURLToPath } from "node:url";
import { expect, test } from "./server.ts";

interface Tried {
  features: number;
  requests: number;
  version: string;
}

const box = "111.2785,30.6979,111.2843,30.7031";
const damaged = { state: "破损" };

/** What the server itself says that a selection has. */
async function matched(request: APIRequestContext, server: string, collection: string, parameters: Record<string, string> = {}): Promise<number> {
  const query = new URLSearchParams({ ...parameters, count: "exact", limit: "1" });
  return (await (await request.get(`${server}/collections/${collection}/items?${query}`)).json()).numberMatched;
}

/** Prints a row of docs/clients.md. */
function figure(client: string, tried: Tried, what: string, collection: string, seconds: number): void {
  console.log(`figure | ${client} | ${tried.version} | ${what} | ${collection} | ${tried.features} | ${seconds.toFixed(1)} |`);
}

/** What a browser complains of on a page: a refused origin is among it. */
function complaints(page: Page): string[] {
  const heard: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") heard.push(message.text());
  });
  page.on("pageerror", (error) => heard.push(String(error)));
  return heard;
}

/** Shows a collection in OpenLayers: the source asks for the view by bbox, and its loader follows `next`. */
function inOpenLayers(page: Page, server: string, collection: string, box: string, parameters: Record<string, string>): Promise<Tried> {
  return page.evaluate(async ({ server, collection, box, parameters }) => {
    const { ol } = globalThis as any;
    let requests = 0;
    const format = new ol.format.GeoJSON();
    const source = new ol.source.Vector({
      strategy: ol.loadingstrategy.bbox,
      async loader(extent: number[], _: number, projection: unknown) {
        const bbox = ol.proj.transformExtent(extent, projection, "EPSG:4326").join(",");
        (globalThis as any).asked = bbox; // somewhat more than the view
        const all: unknown[] = [];
        let next: string | undefined = `${server}/collections/${collection}/items?${new URLSearchParams({ ...parameters, bbox, limit: "1000" })}`;
        for (; next; requests++) {
          const answer: any = await (await fetch(next)).json();
          all.push(...format.readFeatures(answer, { featureProjection: projection }));
          next = answer.links.find((link: { rel: string }) => link.rel === "next")?.href;
        }
        return all;
      },
    });
    const cells = new ol.source.Vector({ url: `${server}/collections/grid-cells/items?limit=10000`, format });
    document.querySelector("#map")!.replaceChildren();
    const map = new ol.Map({
      target: "map", controls: [],
      layers: [new ol.layer.Vector({ source: cells }), new ol.layer.Vector({ source, style: { "circle-radius": 2.5, "circle-fill-color": "#c2452d", "stroke-color": "#24323d", "fill-color": "#24323d55" } })],
      view: new ol.View(),
    });
    const loaded = new Promise<void>((resolve, reject) => {
      source.once("featuresloadend", () => resolve());
      source.once("featuresloaderror", () => reject(new Error("not loaded")));
    });
    map.getView().fit(ol.proj.transformExtent(box.split(",").map(Number), "EPSG:4326", "EPSG:3857"), { size: [1000, 700] });
    await loaded;
    await new Promise<void>((resolve) => { map.once("rendercomplete", () => resolve()); map.render(); });
    return { features: new Set(source.getFeatures().map((feature: any) => feature.getId())).size, requests, version: ol.util.VERSION };
  }, { server, collection, box, parameters });
}

test("OpenLayers loads the whole registry for a view, by pages, and a part of it by a property", async ({ page, server, site, request }) => {
  const heard = complaints(page);
  await page.goto(site);
  for (const [what, collection, view, parameters] of [
    ["all, by pages of 1,000", "components", "111.26,30.68,111.31,30.72", {}],
    ["a view", "components", box, {}],
    ["a view of a property", "components", box, damaged],
    ["a view", "grid-cells", box, {}],
  ] as const) {
    const begin = Date.now();
    const tried = await inOpenLayers(page, server, collection, view, parameters);
    figure("OpenLayers", tried, what, collection, (Date.now() - begin) / 1000);
    const bbox = await page.evaluate(() => (globalThis as any).asked as string);
    expect(tried.features).toBe(await matched(request, server, collection, { ...parameters, bbox }));
    if (what.startsWith("all")) {
      expect(tried).toMatchObject({ features: 11_393, requests: 12 });
    }
    if (what === "a view" && collection === "components") {
      await page.screenshot({ path: fileURLToPath(new URL("../../test-results/openlayers.png", import.meta.url)), clip: { x: 0, y: 0, width: 1000, height: 700 } });
    }
  }
  expect(heard).toEqual([]);
});

/** Shows a collection in MapLibre by the address of its items, which it asks for once. */
function inMapLibre(page: Page, address: string, follow: boolean): Promise<Tried & { damaged: number }> {
  return page.evaluate(async ({ address, follow }) => {
    const module = "/maplibre-gl/dist/maplibre-gl.mjs";
    const maplibre = await import(module);
    let requests = 1;
    let data: any = address;
    if (follow) {
      data = { type: "FeatureCollection", features: [] };
      requests = 0;
      for (let next: string | undefined = address; next; requests++) {
        const answer: any = await (await fetch(next)).json();
        data.features.push(...answer.features);
        next = answer.links.find((link: { rel: string }) => link.rel === "next")?.href;
      }
    }
    document.querySelector("#map")!.replaceChildren();
    const map = new maplibre.Map({
      container: "map", attributionControl: false, bounds: [111.2715, 30.6906, 111.2949, 30.7115], fadeDuration: 0,
      style: { version: 8, sources: { registry: { type: "geojson", data, promoteId: "code" } }, layers: [
        { id: "ground", type: "background", paint: { "background-color": "#f4f1ea" } },
        { id: "points", type: "circle", source: "registry", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-radius": 2.5, "circle-color": "#c2452d" } },
        { id: "lines", type: "line", source: "registry", filter: ["!=", ["geometry-type"], "Point"], paint: { "line-color": "#24323d" } },
      ] },
    });
    await new Promise<void>((resolve, reject) => { map.once("idle", () => resolve()); map.once("error", (e: any) => reject(e.error)); });
    const all = await map.getSource("registry").getData();
    map.setFilter("points", ["all", ["==", ["geometry-type"], "Point"], ["==", ["get", "state"], "破损"]]);
    map.setLayoutProperty("lines", "visibility", "none");
    await new Promise<void>((resolve) => { map.once("idle", () => resolve()); map.triggerRepaint(); });
    const shown = new Set(map.queryRenderedFeatures(undefined, { layers: ["points"] }).map((feature: any) => feature.properties.code));
    const points = new Set(all.features.filter((f: any) => f.geometry.type === "Point" && f.properties.state === "破损").map((f: any) => f.properties.code));
    if ([...shown].some((code) => !points.has(code)) || shown.size !== points.size) throw new Error(`drawn ${shown.size} of ${points.size}`);
    return { features: new Set(all.features.map((f: any) => f.id)).size, requests, version: maplibre.getVersion(), damaged: all.features.filter((f: any) => f.properties.state === "破损").length };
  }, { address, follow });
}

test("MapLibre draws a collection by its address, all of it by pages, and a part of it by a property", async ({ page, server, site, request }) => {
  const heard = complaints(page);
  await page.goto(site);
  for (const [what, collection, query, parameters, follow, requests] of [
    ["by address", "components-01", "limit=10000", {}, false, 1],
    ["all, by pages of 1,000", "components", "limit=1000", {}, true, 12],
    ["by address, of a property", "components", `limit=10000&state=${encodeURIComponent("破损")}`, damaged, false, 1],
    ["by address, of a box", "components", `limit=10000&bbox=${box}`, { bbox: box }, false, 1],
  ] as const) {
    const begin = Date.now();
    const tried = await inMapLibre(page, `${server}/collections/${collection}/items?${query}`, follow);
    figure("MapLibre GL JS", tried, what, collection, (Date.now() - begin) / 1000);
    expect(tried).toMatchObject({
      features: await matched(request, server, collection, parameters), requests,
      damaged: await matched(request, server, collection, { ...parameters, ...damaged }),
    });
    if (follow) await page.screenshot({ path: fileURLToPath(new URL("../../test-results/maplibre.png", import.meta.url)), clip: { x: 0, y: 0, width: 1000, height: 700 } });
  }
  expect(heard).toEqual([]);
});

test("a page of an origin that the server was not told of reads nothing", async ({ page, server, site }) => {
  await page.goto(site.replace("127.0.0.1", "localhost"));
  const read = await page.evaluate((address) => fetch(address).then((answer) => answer.status, () => "refused"), `${server}/collections/districts/items`);
  expect(read).toBe("refused");
});
