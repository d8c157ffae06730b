import { expect, test } from "@playwright/test";
import type { Polygon } from "geojson";
import { anchorOf, boxAround, boxOf, circleAround, labelPoint, labelPoints, labelRows, outsideOf } from "../../src/shape.ts";

const square = (x: number, y: number, side: number): Polygon => ({
  type: "Polygon",
  coordinates: [[[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]],
});

test("a name stands at the centre of mass", () => {
  expect(labelPoint(square(111, 30, 2))).toEqual([112, 31]);
});

test("a name stands in the largest part of a multipolygon", () => {
  const parts = { type: "MultiPolygon" as const, coordinates: [square(0, 0, 1).coordinates, square(10, 10, 4).coordinates] };
  expect(labelPoint(parts)).toEqual([12, 12]);
});

test("a name stands inside an area that bends around its centre of mass", () => {
  const hook: Polygon = { type: "Polygon", coordinates: [[[0, 0], [9, 0], [9, 1], [1, 1], [1, 9], [0, 9], [0, 0]]] };
  const [x, y] = labelPoint(hook)!;
  expect(y).toBeGreaterThan(1);
  expect(x).toBe(0.5);
});

test("a point and a line have no place for a name", () => {
  expect(labelPoints([
    { type: "Feature", properties: { code: "p" }, geometry: { type: "Point", coordinates: [1, 2] } },
    { type: "Feature", properties: { code: "a" }, geometry: square(0, 0, 2) },
  ])).toEqual([{ type: "Feature", properties: { code: "a" }, geometry: { type: "Point", coordinates: [1, 1] } }]);
});

test("a ring of one point has that point as its centre", () => {
  expect(labelPoint({ type: "Polygon", coordinates: [[[5, 6], [5, 6], [5, 6], [5, 6]]] })).toEqual([5, 6]);
});

test("one flies to a point, to the middle of a line and into an area", () => {
  expect(anchorOf({ type: "Point", coordinates: [1, 2, 61.5] })).toEqual([1, 2, 61.5]);
  expect(anchorOf({ type: "LineString", coordinates: [[0, 0], [1, 1], [9, 9]] })).toEqual([1, 1]);
  expect(anchorOf(square(0, 0, 2))).toEqual([1, 1]);
});

test("a box holds every position and a geometry without any has none", () => {
  expect(boxOf({ type: "LineString", coordinates: [[3, -1], [1, 4, 60]] })).toEqual([1, -1, 3, 4]);
  expect(boxAround([square(0, 0, 1), { type: "Point", coordinates: [7, 8] }])).toEqual([0, 0, 7, 8]);
  expect(boxAround([])).toBeNull();
  expect(boxOf({ type: "MultiPoint", coordinates: [] })).toBeNull();
});

test("a ring of 30 m is 60 m high and as wide", () => {
  const [west, south, east, north] = boxOf(circleAround([111.28, 30.7], 30))!;
  expect((north - south) * 111_320).toBeCloseTo(60, 3);
  expect((east - west) * 111_320 * Math.cos((30.7 * Math.PI) / 180)).toBeCloseTo(60, 3);
});

test("a river's name is written again in the middle of its widest stretch", () => {
  const river: Polygon = { type: "Polygon", coordinates: [[[0, 0], [4, 0], [4, 2], [10, 2], [10, 4], [0, 4], [0, 0]]] };
  const rows = labelRows({ type: "Feature", properties: { name: "长江" }, geometry: river }, 2);
  expect(rows.map(({ geometry }) => geometry.coordinates)).toEqual([[2, 1], [5, 3]]);
  expect(rows[0]!.properties).toEqual({ name: "长江" });
});

test("outside areas is the world without their outer rings, and what lies in their holes", () => {
  const world = outsideOf([]).coordinates[0]![0]!;
  expect(boxOf({ type: "Polygon", coordinates: [world] })).toEqual([-180, -85, 180, 85]);
  const [outer, hole] = [square(0, 0, 9).coordinates[0]!, square(3, 3, 1).coordinates[0]!];
  const [island, neighbour] = [square(20, 0, 1).coordinates[0]!, square(9, 0, 9).coordinates[0]!];
  expect(outsideOf([
    { type: "MultiPolygon", coordinates: [[outer, hole], [island]] },
    { type: "Polygon", coordinates: [neighbour] },
  ])).toEqual({ type: "MultiPolygon", coordinates: [[world, outer, island, neighbour], [hole]] });
});
