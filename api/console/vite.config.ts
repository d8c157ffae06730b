import { defineConfig } from "vite";

// The pages are served at /map and /imports and what they load at /console/: with a relative base both work below any path of a proxy.
export default defineConfig({
  base: "./",
  build: {
    assetsDir: "console",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1500,
    rollupOptions: { input: ["map.html", "imports.html"] },
  },
});
