import { answer, open, watch } from "./citypage.ts";
import { expect, test } from "./server.ts";
import { points } from "./survey.ts";
import { zip } from "./zip.ts";

test("a component's photos are in its panel, and open as pictures and nothing else", async ({ page, server, request, key }) => {
  const component = (await points(request, server, 7)).at(-1)!;
  const { code } = component.properties;
  const [lon, lat] = component.geometry.coordinates;
  const picture = await page.screenshot({ clip: { x: 0, y: 0, width: 120, height: 80 } }); // of an empty page
  const sent = await request.post(`${server}/photos`, {
    headers: { Authorization: `Bearer ${key}` },
    data: zip({ [`路灯${code}_1.png`]: picture, [`${code}_2.jpg`]: Buffer.from("<script>alert(1)</script>") }),
  });
  expect(await sent.json()).toMatchObject({ linked: 1, errors: 1, issues: [{ code: "not_a_photo" }] });

  const seen = watch(page, server);
  await open(page, server, `#at=${lon},${lat}&component=${code}`);
  await expect(answer(page).locator(".topic code")).toHaveText(code);
  const image = answer(page).locator(".photos img");
  await expect(answer(page).locator(".photos h3")).toHaveText("照片（1）");
  await image.scrollIntoViewIfNeeded();
  await expect.poll(() => image.evaluate((element: HTMLImageElement) => [element.naturalWidth, element.naturalHeight])).toEqual([120, 80]);
  const [large] = await Promise.all([page.waitForEvent("popup"), image.click()]);
  await large.waitForLoadState();
  expect(await large.evaluate(() => document.contentType)).toBe("image/png");
  expect(seen).toEqual({ strangers: [], complaints: [] });
});
