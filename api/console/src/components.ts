import type { Feature, Geometry } from "geojson";
import type { Api } from "./api.ts";

export interface ComponentProperties {
  code: string;
  name: string;
  class: string;
  subclass: string;
  [other: string]: unknown;
}
export type ComponentFeature = Feature<Geometry, ComponentProperties>;

/** Every component of the city, in memory: the legend counts it, the search reads it, the map draws it. */
export class Components {
  readonly features: ComponentFeature[] = [];
  private readonly byCode = new Map<string, ComponentFeature>();

  /**
   * Loads page after page and reports after each. The whole city at once: 11,393 items are two pages, and after them neither moving
   * the map, nor searching, nor counting has to wait for the server again.
   */
  async load(api: Api, onPage: (loaded: number, total: number) => void): Promise<void> {
    for await (const page of api.pages<ComponentProperties>("collections/components/items")) {
      for (const feature of page.features) {
        this.features.push(feature);
        this.byCode.set(feature.properties.code, feature);
      }
      onPage(this.features.length, page.matched ?? this.features.length);
    }
  }

  get(code: string): ComponentFeature | undefined {
    return this.byCode.get(code);
  }

  /** How many there are of each class, by class code in order. */
  counts(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { properties } of this.features) counts.set(properties.class, (counts.get(properties.class) ?? 0) + 1);
    return new Map([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}
