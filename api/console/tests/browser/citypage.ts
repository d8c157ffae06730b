import { expect, type Page } from "@playwright/test";

/** A part of the view where the sample city has cells and components. */
export const centre = { lon: 111.2846, lat: 30.7012 };

/** Opens the map page and waits until the whole city is loaded and drawn. */
export async function open(page: Page, server: string, hash = ""): Promise<void> {
  await page.goto(`${server}/map${hash}`);
  await expect(page.locator("#status.done")).toBeAttached({ timeout: 90_000 });
  await drawn(page);
}

/** Waits until the map shows what it was told to and stands still. */
export async function drawn(page: Page): Promise<void> {
  await expect(page.locator("#map")).toHaveAttribute("aria-busy", "false", { timeout: 60_000 });
}

/** Where on the page a place is drawn, by the view that the address tells. */
export async function spotOf(page: Page, [lon, lat]: [number, number]): Promise<{ x: number; y: number }> {
  const view = new URLSearchParams(new URL(page.url()).hash.slice(1)).get("map")!;
  const [zoom, centreLat, centreLon] = view.split("/").map(Number) as [number, number, number];
  const map = (await page.locator("#map").boundingBox())!;
  const world = 512 * 2 ** zoom; // pixels around the equator
  const y = (degrees: number) => Math.log(Math.tan(Math.PI / 4 + (degrees * Math.PI) / 360)) / (2 * Math.PI);
  return {
    x: map.x + map.width / 2 + ((lon - centreLon) / 360) * world,
    y: map.y + map.height / 2 - (y(lat) - y(centreLat)) * world,
  };
}

/** The answer panel, when it is not waiting for an answer. */
export function answer(page: Page) {
  return page.locator("#panel:not([aria-busy])");
}

/** Collects the addresses of all requests that leave an origin, and everything that the browser complained of. */
export function watch(page: Page, server: string): { strangers: string[]; complaints: string[] } {
  const seen = { strangers: [] as string[], complaints: [] as string[] };
  page.context().on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(`${server}/`) && !url.startsWith("data:") && !url.startsWith("blob:")) seen.strangers.push(url);
  });
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") seen.complaints.push(message.text());
  });
  page.on("pageerror", (error) => seen.complaints.push(String(error)));
  return seen;
}
