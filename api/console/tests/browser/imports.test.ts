import { fileURLToPath } from "node:url";
import type { APIRequestContext, Page } from "@playwright/test";
import { watch } from "./citypage.ts";
import { gbk } from "./gbk.ts";
import { expect, test } from "./server.ts";

interface Component {
  properties: { [name: string]: unknown; code: string; extra: Record<string, string> | null };
  geometry: { type: string; coordinates: number[] };
}

/** The columns of the standard, and what the API calls them. */
const columns = {
  ObjID: "code", ObjName: "name", DeptCode1: "supervisor_code", DeptName1: "supervisor_name", DeptCode2: "owner_code", DeptName2: "owner_name",
  DeptCode3: "maintainer_code", DeptName3: "maintainer_name", BGID: "stated_grid", ObjState: "state", ORDate: "first_surveyed", CHDate: "changed_on",
  DataSource: "data_source", Note: "note",
};

/** Some points of the registry. */
async function points(request: APIRequestContext, server: string): Promise<Component[]> {
  const answer = await request.get(`${server}/collections/components/items?limit=200`);
  return ((await answer.json()) as { features: Component[] }).features.filter(({ geometry }) => geometry.type === "Point").slice(0, 20);
}

/** A survey file of components as a crew would deliver it: in GBK, with CRLF. */
function surveyed(components: Component[], change: (component: Component, row: number) => { state?: string; note?: string }): Buffer {
  const more = [...new Set(components.flatMap(({ properties }) => Object.keys(properties.extra ?? {})))];
  const rows = components.map((component, i) => {
    const properties: Component["properties"] = { ...component.properties, ...change(component, i) };
    const [lon, lat, height] = component.geometry.coordinates;
    const cells = [...Object.values(columns).map((name) => properties[name]), lon, lat, height, ...more.map((name) => properties.extra?.[name])];
    return cells.map((cell) => cell ?? "").join(",");
  });
  return gbk([[...Object.keys(columns), "Lon", "Lat", "Height", ...more].join(","), ...rows, ""].join("\r\n"));
}

async function drop(page: Page, name: string, buffer: Buffer): Promise<void> {
  await page.locator("#files").setInputFiles({ name, mimeType: "text/csv", buffer });
  await expect(page.locator("#detail h2")).toHaveText(name);
}

const figure = (page: Page, name: string) => page.locator(`#detail [data-figure=${name}] strong`);
const state = (page: Page) => page.locator("#detail header [data-state]");
const picture = (name: string) => fileURLToPath(new URL(`../../test-results/${name}.png`, import.meta.url));

test("a crew's file is dropped, its faults are read, its good rows are committed and seen in the registry", async ({ page, server, key, request }) => {
  const seen = watch(page, server);
  const components = await points(request, server);
  const note = "网页入库测试";
  await page.goto(`${server}/imports`);
  await expect(page.locator("#detail")).toContainText("密钥");
  await page.locator("#key-input").fill(key);
  await page.keyboard.press("Enter");
  await expect(page.locator("#detail")).toContainText("选择一个批次");

  await drop(page, "第一批.csv", surveyed(components, (_, i) => (i === 3 ? { state: "崭新" } : { note })));
  await expect(state(page)).toHaveAttribute("data-state", "staged");
  await expect(figure(page, "rowsGood")).toHaveText("19");
  await expect(figure(page, "rowsBad")).toHaveText("1");
  await expect(page.locator(".recognised")).toContainText("GB18030");
  const fault = page.locator('.issuetable [data-code="unknown_state"]');
  await expect(fault).toContainText("5"); // row 3 of them, below the header
  await expect(fault).toContainText("崭新");
  await expect(page.locator(".difference [data-kind=updated] strong")).toHaveText("19");
  await expect(page.locator(".difference .columns")).toContainText("19 行只改了 Note");
  await expect(page.locator(`[data-change="${components[0]!.properties.code}"]`)).toContainText(note);
  await expect(page.locator(".previewmap")).toHaveAttribute("aria-busy", "false", { timeout: 60_000 });
  await page.screenshot({ path: picture("imports-preview"), fullPage: true });
  const before = await (await request.get(`${server}/collections/components/items/${components[0]!.properties.code}`)).json() as Component;
  expect(before.properties.note).not.toBe(note); // a preview changes nothing

  const [workbook] = await Promise.all([page.waitForEvent("download"), page.locator("[data-act=reportWorkbook]").click()]);
  expect(workbook.suggestedFilename()).toBe("第一批.csv.report.xlsx");
  const [saved] = await Promise.all([page.waitForEvent("download"), page.locator("[data-act=issuesCSV]").click()]);
  expect(saved.suggestedFilename()).toBe("第一批.csv.issues.csv");

  await page.locator("[data-act=commitGood]").click();
  await expect(state(page)).toHaveAttribute("data-state", "promoted");
  await expect(figure(page, "updated")).toHaveText("19");
  await page.screenshot({ path: picture("imports-committed") });
  for (const [i, { properties }] of components.entries()) {
    const now = await (await request.get(`${server}/collections/components/items/${properties.code}`)).json() as Component;
    expect(now.properties.note).toBe(i === 3 ? properties.note : note);
  }

  await page.getByLabel("撤销原因").fill("测试");
  await page.locator("[data-act=undo]").click();
  await expect(state(page)).toHaveAttribute("data-state", "undone");
  await expect(page.locator(".flag.undone")).toContainText("已恢复 19 个");
  for (const { properties } of components) {
    const now = await (await request.get(`${server}/collections/components/items/${properties.code}`)).json() as Component;
    expect(now.properties.note).toBe(properties.note);
  }
  expect(seen).toEqual({ strangers: [], complaints: [] });
});

test("a preview that is discarded changes nothing, and a link opens its batch again", async ({ page, server, key, request }) => {
  const components = await points(request, server);
  await page.goto(`${server}/imports`);
  await page.locator("#key-input").fill(key);
  await page.keyboard.press("Enter");
  await drop(page, "second.csv", surveyed(components, () => ({ note: "never" })));
  await expect(page.locator("[data-act=commitAll]")).toBeEnabled();
  await page.locator("[data-act=discard]").click();
  await expect(state(page)).toHaveAttribute("data-state", "rejected");
  await expect(page.locator("[data-act=commitAll]")).toHaveCount(0);
  await page.reload();
  await expect(page.locator("#detail h2")).toHaveText("second.csv"); // the tab remembers the key, the address the batch
  await expect(page.locator("#list a").first()).toContainText("second.csv");
  await page.locator("#language").click();
  await expect(state(page)).toHaveText("refused");
});

test("a wrong key is refused in words, and no file is sent without one", async ({ page, server, request }) => {
  await page.goto(`${server}/imports`);
  await page.locator("#files").setInputFiles({ name: "a.csv", mimeType: "text/csv", buffer: surveyed(await points(request, server), () => ({})) });
  await expect(page.locator("#key-input")).toBeFocused();
  await page.locator("#key-input").fill("grid_test_wrong");
  await page.keyboard.press("Enter");
  await expect(page.locator("#alert")).toBeVisible();
  await expect(page.locator("#alert")).toContainText("密钥");
});
