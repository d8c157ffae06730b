import { expect, type APIRequestContext, type Page } from "@playwright/test";
import { gbk } from "./gbk.ts";

export interface Component {
  properties: { [name: string]: unknown; code: string; extra: Record<string, string> | null };
  geometry: { type: string; coordinates: number[] };
}

/** The columns of the standard, and what the API calls them. */
const columns = {
  ObjID: "code", ObjName: "name", DeptCode1: "supervisor_code", DeptName1: "supervisor_name", DeptCode2: "owner_code", DeptName2: "owner_name",
  DeptCode3: "maintainer_code", DeptName3: "maintainer_name", BGID: "stated_grid", ObjState: "state", ORDate: "first_surveyed", CHDate: "changed_on",
  DataSource: "data_source", Note: "note",
};

/** The first n points of the registry, or of a part of it. */
export async function points(request: APIRequestContext, server: string, n: number, bbox = ""): Promise<Component[]> {
  const answer = await request.get(`${server}/collections/components/items?limit=10000${bbox && `&bbox=${bbox}`}`);
  return ((await answer.json()) as { features: Component[] }).features.filter(({ geometry }) => geometry.type === "Point").slice(0, n);
}

/** What a crew writes otherwise than the registry has it; move is in degrees to the east. */
export interface Changed {
  [property: string]: unknown;
  move?: number;
}

/** A survey file of components as a crew would deliver it: in GBK, with CRLF. */
export function surveyed(components: Component[], change: (component: Component, row: number) => Changed): Buffer {
  const more = [...new Set(components.flatMap(({ properties }) => Object.keys(properties.extra ?? {})))];
  const rows = components.map((component, i) => {
    const { move = 0, ...changed } = change(component, i);
    const properties: Component["properties"] = { ...component.properties, ...changed };
    const [lon, lat, height] = component.geometry.coordinates;
    const cells = [...Object.values(columns).map((name) => properties[name]), (lon! + move).toFixed(7), lat, height, ...more.map((name) => properties.extra?.[name])];
    return cells.map((cell) => cell ?? "").join(",");
  });
  return gbk([[...Object.keys(columns), "Lon", "Lat", "Height", ...more].join(","), ...rows, ""].join("\r\n"));
}

/** Opens the page with a key. */
export async function openImports(page: Page, server: string, key: string): Promise<void> {
  await page.goto(`${server}/imports`);
  await page.locator("#key-input").fill(key);
  await page.keyboard.press("Enter");
  await expect(page.locator("#detail")).toContainText("选择一个批次");
}

export async function drop(page: Page, name: string, buffer: Buffer): Promise<void> {
  await page.locator("#files").setInputFiles({ name, mimeType: "text/csv", buffer });
  await expect(page.locator("#detail h2")).toHaveText(name);
}

export const figure = (page: Page, name: string) => page.locator(`#detail [data-figure=${name}] strong`);
export const state = (page: Page) => page.locator("#detail header [data-state]");
export const question = (page: Page, key: string) => page.locator(`[data-question="${key}"]`);

/** Waits until the map of a preview stands still. */
export async function previewDrawn(page: Page): Promise<void> {
  await expect(page.locator(".previewmap")).toHaveAttribute("aria-busy", "false", { timeout: 60_000 });
}
