import type { Geometry, MultiLineString, MultiPolygon, Position } from "geojson";
import { polygons } from "./shape.ts";

/**
 * The outer edge of areas that tile a larger one: every edge that only one of them has. Neighbours share their vertices exactly, so
 * an edge between two of them appears once in each direction and drops out. Rings come as the areas wind them: outer rings
 * counter-clockwise, holes clockwise, as RFC 7946 asks.
 */
export function outlineOf(areas: Iterable<Geometry>): Position[][] {
  const edges = new Map<string, [Position, Position]>();
  for (const area of areas) {
    for (const ring of [...polygons(area)].flat()) {
      for (let i = 0; i + 1 < ring.length; i++) {
        const [from, to] = [ring[i]!, ring[i + 1]!];
        if (!edges.delete(`${key(to)} ${key(from)}`)) edges.set(`${key(from)} ${key(to)}`, [from, to]);
      }
    }
  }
  return chained(edges.values());
}

/** The outline to draw as lines. */
export function outlineLines(rings: Position[][]): MultiLineString {
  return { type: "MultiLineString", coordinates: rings };
}

/** Everything but what the rings enclose: a world with holes, and the holes' own islands. */
export function outsideOf(rings: Position[][]): MultiPolygon {
  const world: Position[] = [[-180, -85], [180, -85], [180, 85], [-180, 85], [-180, -85]];
  const outer = rings.filter((ring) => signedArea(ring) > 0);
  const holes = rings.filter((ring) => signedArea(ring) < 0);
  return { type: "MultiPolygon", coordinates: [[world, ...outer], ...holes.map((ring) => [ring])] };
}

function chained(edges: Iterable<[Position, Position]>): Position[][] {
  const next = new Map<string, Position[]>();
  for (const [from, to] of edges) next.set(key(from), [...(next.get(key(from)) ?? []), to]);
  const rings: Position[][] = [];
  for (const [start, ends] of next) {
    while (ends.length) {
      const ring = [start.split(",").map(Number)];
      for (let at: string | undefined = start; at !== undefined; ) {
        const to: Position | undefined = next.get(at)?.pop();
        if (to) ring.push(to);
        at = to && key(to) !== start ? key(to) : undefined;
      }
      rings.push(ring);
    }
  }
  return rings;
}

function key([x, y]: Position): string {
  return `${x},${y}`;
}

function signedArea(ring: Position[]): number {
  const [x0 = 0, y0 = 0] = ring[0] ?? [];
  let area = 0;
  for (let i = 0; i + 1 < ring.length; i++) {
    const [[ax = 0, ay = 0], [bx = 0, by = 0]] = [ring[i]!, ring[i + 1]!];
    area += (ax - x0) * (by - y0) - (bx - x0) * (ay - y0);
  }
  return area;
}
