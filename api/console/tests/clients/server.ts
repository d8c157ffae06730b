import { test as base } from "@playwright/test";
import { createServer } from "node:http";
import { readFile, chmod, mkdtemp, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { start } from "../browser/server.ts";

const modules = fileURLToPath(new URL("../../node_modules/", import.meta.url));
const startTime = 90_000; // ms: it makes a database and imports a city
const types: Record<string, string> = { js: "text/javascript", mjs: "text/javascript", css: "text/css" };

/** A server of a city, and a page of another origin that it knows: an office's own map, with the map libraries as npm has them. */
export const test = base.extend<{ server: string; site: string }, { both: { server: string; site: string } }>({
  both: [
    async ({}, use) => {
      const pages = createServer(async ({ url = "/" }, response) => {
        const file = url === "/" ? fileURLToPath(new URL("page.html", import.meta.url)) : join(modules, new URL(url, "http://localhost").pathname);
        const body = await readFile(file).catch(() => undefined);
        response.writeHead(body ? 200 : 404, { "Content-Type": types[file.split(".").at(-1)!] ?? "text/html; charset=utf-8" }).end(body);
      });
      await new Promise<void>((resolve) => pages.listen(0, "127.0.0.1", resolve));
      const site = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`;
      const data = await mkdtemp(join(tmpdir(), "citygrid-clients-"));
      await chmod(data, 0o755); // the database may run as another user
      const running = start(data, "--origin", site);
      try {
        await use({ server: await running.address, site });
      } finally {
        await running.stop();
        await rm(data, { recursive: true, force: true });
        pages.close();
      }
    },
    { scope: "worker", timeout: startTime + 30_000 },
  ],
  server: async ({ both }, use) => use(both.server),
  site: async ({ both }, use) => use(both.site),
});

export { expect } from "@playwright/test";
