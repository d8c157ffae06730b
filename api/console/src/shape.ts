import type { Feature, Geometry, MultiPolygon, Point, Polygon, Position } from "geojson";

export type Box = [west: number, south: number, east: number, north: number];

/** The box around a geometry, in its own coordinates; null when it has none. */
export function boxOf(geometry: Geometry): Box | null {
  const box: Box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of positions(geometry)) {
    if (x === undefined || y === undefined) continue;
    box[0] = Math.min(box[0], x);
    box[1] = Math.min(box[1], y);
    box[2] = Math.max(box[2], x);
    box[3] = Math.max(box[3], y);
  }
  return box[0] <= box[2] ? box : null;
}

/** The box around many geometries. */
export function boxAround(geometries: Geometry[]): Box | null {
  return geometries.length ? boxOf({ type: "GeometryCollection", geometries }) : null;
}

/**
 * A point to write a name at, surely inside: the centre of mass of the largest outer ring, or, where a bend leaves that outside, the
 * middle of the widest stretch of the ring at that latitude. The map library would place a name in every tile that a polygon
 * touches; a point is in one.
 */
export function labelPoint(geometry: Geometry): Position | null {
  let best: { area: number; at: Position; ring: Position[] } | null = null;
  for (const [ring] of polygons(geometry)) {
    const centre = ring && ringCentre(ring);
    if (centre && (!best || centre.area > best.area)) best = { ...centre, ring };
  }
  return best && inside(best.ring, best.at);
}

/** The same features as points to write their names at. */
export function labelPoints<P>(features: Feature<Geometry, P>[]): Feature<Point, P>[] {
  return features.flatMap((feature) => {
    const coordinates = labelPoint(feature.geometry);
    return coordinates ? [{ ...feature, geometry: { type: "Point" as const, coordinates } }] : [];
  });
}

/**
 * Points to write a river's name at again and again: the middle of its widest stretch at every so many degrees of latitude. The
 * centre of a river is mostly off the screen.
 */
export function labelRows<P>(feature: Feature<Geometry, P>, step: number): Feature<Point, P>[] {
  return [...polygons(feature.geometry)].flatMap(([ring]) => {
    const box = ring && boxOf({ type: "LineString", coordinates: ring });
    if (!ring || !box) return [];
    const rows = Array.from({ length: Math.max(1, Math.floor((box[3] - box[1]) / step)) }, (_, i) => box[1] + (i + 0.5) * step);
    return rows.flatMap((y) => {
      const stretch = widest(ring, y);
      return stretch ? [{ ...feature, geometry: { type: "Point" as const, coordinates: [(stretch[0] + stretch[1]) / 2, y] } }] : [];
    });
  });
}

/** A point of a component to ask about and to fly to: the point itself, the middle position of a line, the middle of a polygon. */
export function anchorOf(geometry: Geometry): Position | null {
  const label = labelPoint(geometry);
  if (label) return label;
  const all = [...positions(geometry)];
  return all[Math.floor(all.length / 2)] ?? null;
}

const metresPerDegree = 111_320; // of latitude, on the sphere that is enough for a ring on a screen

/** A ring of a radius in metres around a place, to draw. */
export function circleAround([lon = 0, lat = 0]: Position, metres: number): Polygon {
  const ring = Array.from({ length: 65 }, (_, i): Position => {
    const angle = (i / 64) * 2 * Math.PI;
    const east = (metres * Math.cos(angle)) / (metresPerDegree * Math.cos((lat * Math.PI) / 180));
    return [lon + east, lat + (metres * Math.sin(angle)) / metresPerDegree];
  });
  return { type: "Polygon", coordinates: [ring] };
}

/**
 * Everything outside areas that lie side by side, to cover: a world with holes, and the areas' own holes as islands. Where areas
 * overlap, part of them may be covered too.
 */
export function outsideOf(areas: Geometry[]): MultiPolygon {
  const world: Position[] = [[-180, -85], [180, -85], [180, 85], [-180, 85], [-180, -85]];
  const parts = areas.flatMap((area) => [...polygons(area)]);
  const outer = parts.flatMap((rings) => rings.slice(0, 1));
  const holes = parts.flatMap((rings) => rings.slice(1));
  return { type: "MultiPolygon", coordinates: [[world, ...outer], ...holes.map((ring) => [ring])] };
}

/** The polygons of a geometry, each its outer ring and its holes. */
function* polygons(geometry: Geometry): Generator<Position[][]> {
  if (geometry.type === "Polygon") yield geometry.coordinates;
  else if (geometry.type === "MultiPolygon") yield* geometry.coordinates;
  else if (geometry.type === "GeometryCollection") for (const part of geometry.geometries) yield* polygons(part);
}

function* positions(geometry: Geometry): Generator<Position> {
  if (geometry.type === "GeometryCollection") {
    for (const part of geometry.geometries) yield* positions(part);
    return;
  }
  yield* flat(geometry.coordinates);
}

type Nested = Position | Nested[];

function* flat(nested: Nested): Generator<Position> {
  if (typeof nested[0] === "number") yield nested as Position;
  else for (const inner of nested as Nested[]) yield* flat(inner);
}

function ringCentre(ring: Position[]): { area: number; at: Position } | null {
  const [x0, y0] = ring[0] ?? [];
  if (x0 === undefined || y0 === undefined) return null;
  let area = 0;
  let x = 0;
  let y = 0;
  for (let i = 0; i + 1 < ring.length; i++) {
    // Differences to the first position keep digits that products of whole degrees would lose.
    const [ax, ay] = [ring[i]![0]! - x0, ring[i]![1]! - y0];
    const [bx, by] = [ring[i + 1]![0]! - x0, ring[i + 1]![1]! - y0];
    const cross = ax * by - bx * ay;
    area += cross;
    x += (ax + bx) * cross;
    y += (ay + by) * cross;
  }
  if (area === 0) return { area: 0, at: [x0, y0] };
  return { area: Math.abs(area), at: [x0 + x / (3 * area), y0 + y / (3 * area)] };
}

/** Moves a position along its latitude into a ring that it is outside of. */
function inside(ring: Position[], [x = 0, y = 0]: Position): Position {
  const all = stretches(ring, y);
  if (all.some(([west, east]) => west < x && x < east)) return [x, y];
  const stretch = widest(ring, y);
  return stretch ? [(stretch[0] + stretch[1]) / 2, y] : [x, y];
}

function widest(ring: Position[], y: number): [west: number, east: number] | undefined {
  return stretches(ring, y).sort((a, b) => b[1] - b[0] - (a[1] - a[0]))[0];
}

/** The parts of a latitude that lie in a ring, from west to east. */
function stretches(ring: Position[], y: number): [west: number, east: number][] {
  const crossings: number[] = [];
  for (let i = 0; i + 1 < ring.length; i++) {
    const [[ax = 0, ay = 0], [bx = 0, by = 0]] = [ring[i]!, ring[i + 1]!];
    if (ay > y !== by > y) crossings.push(ax + ((y - ay) / (by - ay)) * (bx - ax));
  }
  crossings.sort((a, b) => a - b);
  return Array.from({ length: crossings.length / 2 }, (_, i) => [crossings[2 * i]!, crossings[2 * i + 1]!]);
}
