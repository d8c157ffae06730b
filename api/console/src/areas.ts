import type { Feature, Geometry } from "geojson";
import type { Api } from "./api.ts";
import type { Entry } from "./searchindex.ts";

export interface AreaProperties {
  code: string;
  name: string;
  name_en?: string;
}
export type AreaFeature = Feature<Geometry, AreaProperties>;

const levels = { managed: "managed", districts: "district", streets: "street", communities: "community", cells: "grid" } as const;
export type Layer = keyof typeof levels;

const paths: Record<Layer, string> = {
  managed: "managed-areas", districts: "districts", streets: "streets", communities: "communities", cells: "grid-cells",
};

/** The areas of the city, in memory: to draw, to find and to name in English. */
export class Areas {
  private readonly byLayer = new Map<Layer, AreaFeature[]>();
  private readonly byCode = new Map<string, AreaFeature>();

  async load(api: Api, layer: Layer): Promise<AreaFeature[]> {
    const features = await api.all<AreaProperties>(`collections/${paths[layer]}/items`);
    this.byLayer.set(layer, features);
    for (const feature of features) this.byCode.set(feature.properties.code, feature);
    return features;
  }

  get(code: string): AreaFeature | undefined {
    return this.byCode.get(code);
  }

  *entries(): Generator<Entry> {
    for (const [layer, features] of this.byLayer) {
      const level = levels[layer];
      for (const { properties } of features) yield { level, code: properties.code, name: properties.name, nameEN: properties.name_en };
    }
  }
}
