import type { Feature } from "geojson";
import { ProblemError, type Api } from "./api.ts";
import type { Areas } from "./areas.ts";
import type { CityMap } from "./map.ts";
import { boxAround, labelPoints, labelRows, outsideOf, type Box } from "./shape.ts";

const riverNameEvery = 0.009; // degrees of latitude, about 1 km

/** Draws what components stand on: water, parks and streets, with their names. */
export async function drawBase(api: Api, map: CityMap): Promise<void> {
  const [water, parks, roads] = await Promise.all([layer(api, "water"), layer(api, "parks"), layer(api, "streets")]);
  map.set("water", water);
  map.set("parks", parks);
  map.set("roads", roads);
  map.set("water-names", water.flatMap((river) => labelRows(river, riverNameEvery)));
  map.set("parks-names", labelPoints(parks));
}

/**
 * Draws the borders of all areas, wide ones first, then the managed areas and a veil over everything outside. Returns the box
 * around the managed areas, null when the city has none.
 */
export async function drawAreas(api: Api, map: CityMap, areas: Areas): Promise<Box | null> {
  for (const name of ["districts", "streets", "communities", "cells"] as const) {
    const features = await areas.load(api, name);
    map.set(name, features);
    map.set(`${name}-names`, labelPoints(features));
  }
  const managed = await areas.load(api, "managed");
  map.set("managed", managed);
  const shapes = managed.map(({ geometry }) => geometry);
  const box = boxAround(shapes);
  if (box) map.set("veil", [{ type: "Feature", properties: {}, geometry: outsideOf(shapes) }]);
  return box;
}

/** Gets a base layer. A city without one has a plain background, which is no failure. */
async function layer(api: Api, name: string): Promise<Feature[]> {
  try {
    return (await api.get<{ features: Feature[] }>(`base/${name}`)).features;
  } catch (failure) {
    if (failure instanceof ProblemError && failure.problem.status === 404) return [];
    throw failure;
  }
}
