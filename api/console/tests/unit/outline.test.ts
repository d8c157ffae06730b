import { expect, test } from "@playwright/test";
import type { Polygon } from "geojson";
import { outlineOf, outsideOf } from "../../src/outline.ts";

const cell = (x: number, y: number): Polygon => ({
  type: "Polygon",
  coordinates: [[[x, y], [x + 1, y], [x + 1, y + 1], [x, y + 1], [x, y]]],
});

test("the edge between two cells is no part of their outline", () => {
  const [ring, ...more] = outlineOf([cell(0, 0), cell(1, 0)]);
  expect(more).toEqual([]);
  expect(ring![0]).toEqual(ring!.at(-1));
  expect(new Set(ring!.map(String))).toEqual(new Set(["0,0", "1,0", "2,0", "2,1", "1,1", "0,1"]));
});

test("cells that do not touch keep an outline each", () => {
  expect(outlineOf([cell(0, 0), cell(5, 0)]).map((ring) => ring.length)).toEqual([5, 5]);
});

test("a missing cell in the middle is a hole that lies outside", () => {
  const around = [0, 1, 2].flatMap((x) => [0, 1, 2].map((y) => [x, y] as const)).filter(([x, y]) => x !== 1 || y !== 1);
  const rings = outlineOf(around.map(([x, y]) => cell(x, y)));
  expect(rings.map((ring) => ring.length).sort((a, b) => a - b)).toEqual([5, 13]);
  const outside = outsideOf(rings);
  expect(outside.coordinates.map((polygon) => polygon.length)).toEqual([2, 1]);
});

test("cells that meet in a corner are walked without losing an edge", () => {
  const rings = outlineOf([cell(0, 0), cell(1, 1)]);
  expect(rings.reduce((edges, ring) => edges + ring.length - 1, 0)).toBe(8);
  for (const ring of rings) expect(ring[0]).toEqual(ring.at(-1));
});

test("no cells have no outline, and then the whole world is outside", () => {
  expect(outlineOf([])).toEqual([]);
  expect(outsideOf([]).coordinates).toHaveLength(1);
});
