import { fileURLToPath } from "node:url";
import { answer, drawn, open } from "./browser/citypage.ts";
import { expect, test } from "./browser/server.ts";

// The picture of the README: `npm run screenshot`.
test("the map with an answered click", async ({ page, server }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await open(page, server, "#map=14.55/30.7010/111.2844&at=111.2805,30.7004&event=0102");
  await expect(answer(page).locator(".unit")).toBeVisible();
  await drawn(page);
  await expect(page.locator("#status")).toHaveCSS("opacity", "0");
  await page.screenshot({ path: fileURLToPath(new URL("../../../docs/map.png", import.meta.url)) });
});
