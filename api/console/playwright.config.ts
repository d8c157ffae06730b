import { defineConfig } from "@playwright/test";

// Debian's browser, drawing WebGL without a graphics card, and silent about itself on the network.
export default defineConfig({
  testDir: "tests",
  outputDir: "test-results",
  reporter: "list",
  forbidOnly: !!process.env["CI"],
  workers: 1,
  timeout: 120_000,
  expect: { timeout: 30_000 },
  use: {
    browserName: "chromium",
    locale: "zh-CN",
    viewport: { width: 1280, height: 800 },
    trace: "off",
    launchOptions: {
      executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist",
        "--disable-background-networking", "--no-first-run",
      ],
    },
  },
  projects: [
    { name: "unit", testMatch: "unit/*.test.ts" },
    { name: "browser", testMatch: "browser/*.test.ts" },
    { name: "clients", testMatch: "clients/*.test.ts" },
    { name: "screenshot", testMatch: "screenshot.ts" },
  ],
});
