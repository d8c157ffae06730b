import { test as base } from "@playwright/test";
import { execFile, spawn } from "node:child_process";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const program = fileURLToPath(new URL("../../../../bin/citygrid", import.meta.url));
const startTime = 90_000; // ms: it makes a database and imports a city

interface Running {
  address: string;
  /** A registrar's key. */
  key: string;
}

/** The tests' server: the one at CITYGRID_URL with CITYGRID_KEY, else a program of their own with a database of its own, gone when they end. */
export const test = base.extend<{ server: string; key: string }, { running: Running }>({
  running: [
    async ({}, use) => {
      const given = process.env["CITYGRID_URL"];
      if (given) return use({ address: given.replace(/\/$/, ""), key: process.env["CITYGRID_KEY"] ?? "" });
      const data = await mkdtemp(join(tmpdir(), "citygrid-console-"));
      await chmod(data, 0o755); // the database may run as another user
      const server = start(data);
      try {
        const address = await server.address;
        const { stdout } = await promisify(execFile)(program, ["key", "create", "browser test", "--data", data], { env: ownDatabase() });
        await use({ address, key: /grid_\S+/.exec(stdout)![0] });
      } finally {
        await server.stop();
        await rm(data, { recursive: true, force: true });
      }
    },
    { scope: "worker", timeout: startTime + 30_000 },
  ],
  server: async ({ running }, use) => use(running.address),
  key: async ({ running }, use) => use(running.key),
});

function ownDatabase(): NodeJS.ProcessEnv {
  const env = { ...process.env };
  delete env["DATABASE_URL"];
  delete env["MIGRATE_DATABASE_URL"];
  return env;
}

export function start(data: string, ...more: string[]): { address: Promise<string>; stop: () => Promise<void> } {
  const child = spawn(program, ["serve", "--city", "yichang", "--listen", "127.0.0.1:0", "--data", data, ...more], {
    env: ownDatabase(), stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  const ended = new Promise<void>((resolve) => {
    child.once("close", () => resolve());
    child.once("error", () => resolve());
  });
  const address = new Promise<string>((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`${program}: ${why}\n${said.slice(-2000)}`));
    const timer = setTimeout(() => fail(`no address after ${startTime / 1000} s`), startTime);
    const hear = (chunk: Buffer) => {
      said += chunk.toString();
      const found = /(http:\/\/[\d.]+:\d+)\/map/.exec(said);
      if (!found) return;
      clearTimeout(timer);
      resolve(found[1]!);
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.once("error", (error) => { clearTimeout(timer); fail(`${error.message}; run make build first`); });
    child.once("exit", (code) => { clearTimeout(timer); fail(`ended with ${code ?? "a signal"}`); });
  });
  return {
    address,
    async stop() {
      child.kill("SIGINT");
      await ended;
    },
  };
}

export { expect } from "@playwright/test";
