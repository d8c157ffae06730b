import { answer, centre, drawn, open, spotOf, watch } from "./citypage.ts";
import { expect, test } from "./server.ts";

interface Located {
  grid: { code: string };
  responsible: { unit: { code: string; name: string } } | null;
}
interface Items {
  features: { properties: { code: string }; geometry: { coordinates: [number, number] } }[];
  numberMatched: number;
}

test("a click in the managed area says which cell it is and what stands near, and asks nobody but the server", async ({ page, server, request }) => {
  const seen = watch(page, server);
  await open(page, server, `#map=17/${centre.lat}/${centre.lon}`);
  const map = (await page.locator("#map").boundingBox())!;
  await page.mouse.click(map.x + map.width / 2, map.y + map.height / 2);
  const located: Located = await (await request.get(`${server}/locate?lon=${centre.lon}&lat=${centre.lat}`)).json();
  await expect(answer(page).locator("[data-grid]")).toHaveText(located.grid.code);
  await expect(answer(page).locator(".place")).toContainText("市管区域Area managed by the city");
  await expect(answer(page).locator(".nearby h3")).toContainText("30 米内");
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 500)));
  expect(seen).toEqual({ strangers: [], complaints: [] });
});

test("a dispatcher asks who answers for an event here, why, and by which standard it is filed", async ({ page, server, request }) => {
  await open(page, server, `#map=17/${centre.lat}/${centre.lon}&at=${centre.lon},${centre.lat}`);
  await page.locator("#subject").selectOption("0102");
  const located: Located = await (await request.get(`${server}/locate?lon=${centre.lon}&lat=${centre.lat}&kind=event&subclass=0102`)).json();
  const unit = answer(page).locator(".unit");
  await expect(unit).toHaveAttribute("data-unit", located.responsible!.unit.code);
  await expect(unit).toContainText(located.responsible!.unit.name);
  await expect(answer(page).locator(".topic")).toContainText("暴露垃圾");
  await expect(answer(page).locator(".answer > .because")).not.toBeEmpty();
  await expect(answer(page).locator(".standards .limit").first()).toContainText(/时|日/);
  expect(new URL(page.url()).hash).toContain("event=0102");
});

test("a component is found by its code, flown to and answered for, with the keyboard alone", async ({ page, server, request }) => {
  const items: Items = await (await request.get(`${server}/collections/components/items?limit=500`)).json();
  const code = items.features.at(-1)!.properties.code;
  const seen = watch(page, server);
  await open(page, server);
  await page.keyboard.press("Tab");
  await expect(page.locator("#skip")).toBeFocused();
  await page.locator("#search-input").focus();
  await page.keyboard.type(code);
  await expect(page.locator("#search-list [role=option]")).toHaveCount(1);
  await page.keyboard.press("Enter");
  await expect(answer(page).locator(".topic code")).toHaveText(code);
  await expect(answer(page).locator(".unit")).toHaveAttribute("data-unit", /.+/);
  await expect(answer(page).locator(`.nearby [data-component="${code}"]`)).toBeVisible();
  expect(new URL(page.url()).hash).toContain(`component=${code}`);
  expect(seen).toEqual({ strangers: [], complaints: [] });
});

test("Enter on the map asks about its middle, and Escape closes the answer", async ({ page, server, request }) => {
  await open(page, server, `#map=18/${centre.lat}/${centre.lon}`);
  await page.locator("#map canvas").focus();
  await page.keyboard.press("Enter");
  const located: Located = await (await request.get(`${server}/locate?lon=${centre.lon}&lat=${centre.lat}`)).json();
  await expect(answer(page).locator("[data-grid]")).toHaveText(located.grid.code);
  await answer(page).locator(".close").focus();
  await page.keyboard.press("Escape");
  await expect(page.locator("#panel")).toBeHidden();
  expect(new URL(page.url()).hash).not.toContain("at=");
});

test("an address that holds a question opens with its answer", async ({ page, server, request }) => {
  const items: Items = await (await request.get(`${server}/collections/grid-cells/items?limit=1`)).json();
  const code = items.features[0]!.properties.code;
  await open(page, server);
  await page.locator("#search-input").fill(code);
  await page.getByRole("option", { name: code }).click();
  await expect(answer(page).locator("[data-grid]")).toHaveText(code);
  const shared = page.url();
  await page.goto("about:blank");
  await open(page, server, new URL(shared).hash);
  await expect(answer(page).locator("[data-grid]")).toHaveText(code);
});

test("outside every cell the panel says so and leads to the nearest cell", async ({ page, server }) => {
  await open(page, server, "#at=111.15,30.55");
  await expect(answer(page).locator(".failure")).toContainText("不在任何单元网格内");
  const button = answer(page).locator(".cure");
  const code = /\d{15}/.exec((await button.textContent())!)![0];
  await button.click();
  await expect(answer(page).locator("[data-grid]")).toHaveText(code);
});

test("the page speaks English when asked, and remembers it", async ({ page, server }) => {
  await open(page, server, `#at=${centre.lon},${centre.lat}`);
  await expect(answer(page).locator(".place h3")).toHaveText("所在位置");
  await page.locator("#language").click();
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
  await expect(answer(page).locator(".place h3")).toHaveText("Where this is");
  await expect(page.locator("#title")).toHaveText("Yichang · CityGrid");
  await expect(page.locator("#notice")).toContainText("made-up city");
  await page.reload();
  await expect(page.locator("#title")).toHaveText("Yichang · CityGrid");
  await page.locator("#language").click();
  await expect(page.locator("#notice")).toContainText("虚构");
});

test("a class that is switched off is neither drawn nor clicked, and the counts are the server's", async ({ page, server, request }) => {
  const items: Items = await (await request.get(`${server}/collections/components/items?limit=1`)).json();
  await open(page, server);
  await expect(page.locator("#legend summary .count")).toHaveText(items.numberMatched.toLocaleString("en"));
  const boxes = page.locator("#legend input");
  await expect(boxes).toHaveCount(5);
  const code = items.features[0]!.properties.code;
  await page.locator("#search-input").fill(code);
  await page.getByRole("option", { name: code }).click();
  await expect(answer(page).locator(".topic code")).toHaveText(code);
  await drawn(page);
  const { x, y } = await spotOf(page, items.features[0]!.geometry.coordinates);
  for (const box of await boxes.all()) await box.uncheck();
  await drawn(page);
  await page.mouse.click(x, y);
  await expect(answer(page).locator(".topic")).toHaveCount(0);
  for (const box of await boxes.all()) await box.check();
  await drawn(page);
  await page.mouse.click(x, y);
  await expect(answer(page).locator(".topic")).toHaveCount(1);
});

test("a failure is shown in the server's words", async ({ page, server }) => {
  await open(page, server, `#at=${centre.lon},${centre.lat}&event=9999`);
  await expect(answer(page).locator(".failure")).toContainText("小类");
});

test("on a phone the panel is a sheet below the map and nothing is wider than the screen", async ({ page, server }) => {
  await page.setViewportSize({ width: 390, height: 780 });
  await open(page, server, `#at=${centre.lon},${centre.lat}&event=0102`);
  await expect(answer(page).locator(".unit")).toBeVisible();
  const panel = (await page.locator("#panel").boundingBox())!;
  expect(panel.y).toBeGreaterThan(300);
  expect(panel.width).toBe(390);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
});
