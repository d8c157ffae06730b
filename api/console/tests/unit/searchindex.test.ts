import { expect, test } from "@playwright/test";
import { find, type Entry } from "../../src/searchindex.ts";

const entries: Entry[] = [
  { level: "component", code: "4205020102000017", name: "污水井盖", nameEN: "Sewer manhole cover" },
  { level: "component", code: "4205020118000017", name: "路灯", nameEN: "Street lamp" },
  { level: "grid", code: "420502002005003", name: "环城北路第三网格" },
  { level: "community", code: "420502002005", name: "环城北路社区", nameEN: "Huancheng North Road Community" },
  { level: "managed", code: "M01", name: "中心区", nameEN: "Xueyuan Centre" },
  { level: "street", code: "420502002", name: "学院街道", nameEN: "Xueyuan Subdistrict" },
  { level: "district", code: "420502", name: "西陵区", nameEN: "Xiling District" },
];
const codes = (query: string, most = 9) => find(entries, query, most).map(({ code }) => code);

test("a whole code comes before what it is the beginning of, wide areas before narrow ones", () => {
  expect(codes("420502002")).toEqual(["420502002", "420502002005", "420502002005003"]);
});

test("the last digits find a component, and three of them are too few", () => {
  expect(codes("000017")).toEqual(["4205020102000017", "4205020118000017"]);
  expect(codes("017")).toEqual([]);
});

test("names are found in both languages, whatever the spaces and capitals", () => {
  expect(codes("环城北路")).toEqual(["420502002005", "420502002005003"]);
  expect(codes(" huancheng  NORTH ")).toEqual(["420502002005"]);
  expect(codes("井盖")).toEqual(["4205020102000017"]);
});

test("a name that begins with the words comes before one that has them inside", () => {
  expect(codes("street")).toEqual(["4205020118000017"]);
  expect(codes("路")).toEqual(["4205020118000017", "420502002005", "420502002005003"]);
});

test("a managed area is found by its own code and by its names, before the streets", () => {
  expect(codes("M01")).toEqual(["M01"]);
  expect(codes("m01")).toEqual(["M01"]);
  expect(codes("xueyuan")).toEqual(["M01", "420502002"]);
});

test("an empty query finds nothing, and no more is listed than was asked for", () => {
  expect(codes("  ")).toEqual([]);
  expect(codes("4205", 2)).toEqual(["420502", "420502002"]);
});
