import { readFile } from "node:fs/promises";
import { watch } from "./citypage.ts";
import { expect, test } from "./server.ts";
import { drop, figure, openImports, points, previewDrawn, question, state, surveyed, type Component } from "./survey.ts";

test("a crew's file goes the whole way: questions, answers, preview, commit of its good rows, report, undo", async ({ page, server, key, request }) => {
  const seen = watch(page, server);
  const all = await points(request, server, 21);
  const [left, ...components] = all as [Component, ...Component[]]; // what is left out is missing from what the crew declares
  const item = async (code: string) => (await (await request.get(`${server}/collections/components/items/${code}`)).json()) as Component;
  const note = "网页入库测试";
  await page.goto(`${server}/imports`);
  await expect(page.locator("#detail")).toContainText("密钥");
  await openImports(page, server, key);

  // Row 3 moves, rows 4 and 5 have states in words of the crew's own, row 6 none that anybody can tell.
  await page.locator(".reading summary").click();
  await page.locator("#profile").fill("一队");
  await page.locator("#scope").fill(`grid=${String(left.properties["grid"])},subclass=${left.properties.code.slice(6, 10)}`);
  const delivery = surveyed(components, (_, i) => ({ note, ...(i === 3 && { move: 0.0002 }), ...((i === 4 || i === 5) && { state: "好着呢" }), ...(i === 6 && { state: "崭新" }) }));
  await drop(page, "第一批.csv", delivery);
  await expect(state(page)).toHaveAttribute("data-state", "needs_answers");
  await expect(page.locator("fieldset.question")).toHaveCount(2);
  await expect(question(page, "state.好着呢")).toContainText("2 行");
  await expect(question(page, "state.好着呢")).toContainText("Which state is meant by 好着呢?"); // both languages
  await expect(page.locator("fieldset.question :checked")).toHaveCount(0); // nothing is chosen beforehand
  await question(page, "state.好着呢").getByLabel("完好").check();
  await page.locator("[data-act=sendAnswers]").click();
  await expect(state(page)).toHaveAttribute("data-state", "needs_answers"); // one is open still
  await page.locator("#language").click();
  await expect(question(page, "state.好着呢").getByLabel("完好")).toBeChecked(); // what was chosen stays
  await page.locator("#language").click();
  await question(page, "state.崭新").locator("input[value=refuse]").check();
  await page.locator("[data-act=sendAnswers]").click();

  await expect(state(page)).toHaveAttribute("data-state", "staged");
  await expect(figure(page, "rowsGood")).toHaveText("19");
  await expect(figure(page, "rowsBad")).toHaveText("1");
  await expect(page.locator(".recognised")).toContainText("GB18030");
  await expect(page.locator(".recognised")).toContainText("好着呢");
  await expect(page.locator(".positions .taken")).toContainText("EPSG:4326");
  await expect(page.locator(".positions .taken")).toContainText("100.0 %");
  await expect(page.locator(".fixes")).toContainText("好着呢 → 完好");
  const fault = page.locator('.issuetable [data-code="unknown_state"]');
  await expect(fault).toContainText("8"); // row 6 of them, below the header
  await expect(fault).toContainText("崭新");
  await expect(page.locator(".issuetable .severity.fixed")).toHaveCount(0); // errors first
  await page.locator("[data-severity=fixed]").click();
  await expect(page.locator('.issuetable [data-code="answered"]')).toHaveCount(2);
  await expect(page.locator(".difference [data-kind=updated] strong")).toHaveText("18");
  await expect(page.locator(".difference [data-kind=moved] strong")).toHaveText("1");
  await expect(page.locator("[data-list=missingOf]")).toContainText(left.properties.code);
  await expect(page.locator(`[data-change="${components[0]!.properties.code}"]`)).toContainText(note);
  await previewDrawn(page);
  expect((await item(components[0]!.properties.code)).properties["note"]).not.toBe(note); // a preview changes nothing

  const save = async (act: string) => {
    const [file] = await Promise.all([page.waitForEvent("download"), page.locator(`[data-act=${act}]`).click()]);
    return { name: file.suggestedFilename(), bytes: await readFile((await file.path())!) };
  };
  const workbook = await save("reportWorkbook");
  expect([workbook.name, workbook.bytes.subarray(0, 2).toString()]).toEqual(["第一批.csv.report.xlsx", "PK"]);
  expect((await save("issuesCSV")).name).toBe("第一批.csv.issues.csv");
  const rejects = await save("rejects");
  const lines = new TextDecoder("gbk").decode(rejects.bytes).split("\r\n");
  expect([rejects.name, lines.length]).toEqual(["第一批.rejects.csv", 3]); // the header, the row, and what follows its end
  expect(lines[1]).toContain("崭新");

  await page.locator("[data-act=commitGood]").click();
  await expect(state(page)).toHaveAttribute("data-state", "promoted");
  await expect(figure(page, "updated")).toHaveText("19");
  for (const [i, { properties }] of components.entries()) {
    const now = await item(properties.code);
    expect(now.properties["note"]).toBe(i === 6 ? properties["note"] : note);
    if (i === 4 || i === 5) expect(now.properties["state"]).toBe("完好");
  }
  expect((await save("reportWorkbook")).bytes.length).toBeGreaterThan(1000);

  await page.getByLabel("撤销原因").fill("测试");
  await page.locator("[data-act=undo]").click();
  await expect(state(page)).toHaveAttribute("data-state", "undone");
  await expect(page.locator(".flag.undone")).toContainText("已恢复 19 个");
  for (const { properties, geometry } of components) {
    const now = await item(properties.code);
    expect(now.properties["note"]).toBe(properties["note"]);
    expect(now.geometry).toEqual(geometry);
  }

  // The crew is not asked twice.
  await drop(page, "第二批.csv", delivery);
  await expect(state(page)).toHaveAttribute("data-state", "staged");
  await expect(page.locator(".recognised")).toContainText("沿用");
  await expect(figure(page, "rowsBad")).toHaveText("1");
  await page.locator("[data-act=discard]").click();
  await expect(state(page)).toHaveAttribute("data-state", "rejected");
  expect(seen).toEqual({ strangers: [], complaints: [] });
});

test("a preview that is discarded changes nothing, and a link opens its batch again", async ({ page, server, key, request }) => {
  const components = await points(request, server, 20);
  await openImports(page, server, key);
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

test("what was found is shown though the page was told more while it was on its way", async ({ page, server, key, request }) => {
  const components = await points(request, server, 3);
  await openImports(page, server, key);
  let reached: () => void = () => {};
  let go: () => void = () => {};
  const asked = new Promise<void>((done) => { reached = done; });
  const held = new Promise<void>((done) => { go = done; });
  await page.route(/imports\/[^/]+\/issues/, async (route) => {
    reached();
    await held;
    await route.continue();
  });
  await drop(page, "慢.csv", surveyed(components, (_, i) => (i === 1 ? { first_surveyed: "11-12-31" } : {})));
  await asked;
  await page.locator("#language").click(); // shown anew, before the answer is there
  go();
  await expect(page.locator(".found .issuetable tbody tr")).toHaveCount(1);
});

test("a drawing is asked about what it draws, and a day that holds for all of it", async ({ page, server, key, request }) => {
  const [lamp] = await points(request, server, 1) as [Component];
  const { code } = lamp.properties;
  const at = [10, lamp.geometry.coordinates[0], 20, lamp.geometry.coordinates[1], 30, "0.0"];
  const groups = [0, "SECTION", 2, "ENTITIES", 0, "INSERT", 8, "DLDW", 66, 1, 2, "GC013", ...at, 0, "ATTRIB", 8, "DLDW", ...at, 40, "1.0", 1, code, 2, "ObjID", 0, "SEQEND", 8, "DLDW", 0, "ENDSEC", 0, "EOF"];
  await openImports(page, server, key);
  await drop(page, "地形图.dxf", Buffer.from(groups.join("\n") + "\n"));
  await expect(question(page, "block.GC013").locator("option").nth(1)).toContainText("建议");
  await question(page, "block.GC013").locator("select").selectOption(code.slice(6, 10));
  await page.locator("[data-act=sendAnswers]").click();
  await question(page, "value.ObjState").locator("input[value=完好]").check();
  await question(page, "value.ORDate").locator("input[type=date]").fill("2011-05-01");
  await expect(question(page, "value.ORDate").locator("input[type=radio]").first()).toBeChecked();
  await page.locator("[data-act=sendAnswers]").click();
  await expect(state(page)).toHaveAttribute("data-state", "staged");
  await expect(figure(page, "rowsGood")).toHaveText("1");
  await expect(page.locator(".recognised")).toContainText("value.ORDate = 2011-05-01");
  await page.locator("[data-act=discard]").click();
});

test("a wrong key is refused in words, and no file is sent without one", async ({ page, server, request }) => {
  await page.goto(`${server}/imports`);
  await page.locator("#files").setInputFiles({ name: "a.csv", mimeType: "text/csv", buffer: surveyed(await points(request, server, 20), () => ({})) });
  await expect(page.locator("#key-input")).toBeFocused();
  await page.locator("#key-input").fill("grid_test_wrong");
  await page.keyboard.press("Enter");
  await expect(page.locator("#alert")).toBeVisible();
  await expect(page.locator("#alert")).toContainText("密钥");
});
