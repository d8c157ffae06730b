import { expect, test } from "@playwright/test";
import { nextQuery } from "../../src/api.ts";
import { firstLanguage, say } from "../../src/i18n.ts";
import { limitText } from "../../src/limit.ts";
import { splitNotice } from "../../src/notice.ts";

test("numbers are grouped and codes are not", () => {
  expect(say("zh", "loaded", { n: 11393 })).toBe("已载入 11,393 个部件");
  expect(say("en", "nearest", { code: "420502002005003", metres: "120" })).toBe("Go to the nearest cell 420502002005003 (120 m)");
});

test("one of a thing is not several in English", () => {
  const limit = { value: 1, unit: "working_hour", season: "", note: "" };
  expect(limitText("en", limit)).toBe("1 working hour");
  expect(limitText("en", { ...limit, value: 4 })).toBe("4 working hours");
  expect(say("en", "passedOver", { n: 1 })).toBe("1 candidate passed over");
});

test("a limit says its season and what it is for", () => {
  const limit = { value: 15, unit: "working_day", season: "种植季节", note: "" };
  expect(limitText("zh", limit)).toBe("种植季节15 工作日");
  expect(limitText("en", limit)).toBe("15 working days in the planting season");
  expect(limitText("en", { value: 1, unit: "urgent_hour", season: "", note: "制止" })).toBe("1 urgent hour to stop it");
  expect(limitText("zh", { value: 2, unit: "moon", season: "", note: "" })).toBe("2 moon");
});

test("the remembered language goes before the browser's, and what is neither is English", () => {
  expect(firstLanguage("en", ["zh-CN"])).toBe("en");
  expect(firstLanguage(null, ["zh-TW", "en"])).toBe("zh");
  expect(firstLanguage("fr", ["fr-FR"])).toBe("en");
  expect(firstLanguage(null, [])).toBe("zh");
});

test("a notice is split after its first sentence in either language", () => {
  expect(splitNotice("虚构的城市。其余也是虚构的。")).toEqual(["虚构的城市。", "其余也是虚构的。"]);
  expect(splitNotice("Made up (v1.2). All of it.")).toEqual(["Made up (v1.2).", "All of it."]);
  expect(splitNotice("Made up.")).toEqual(["Made up.", ""]);
  expect(splitNotice("")).toEqual(["", ""]);
});

test("the next page is asked of the page's own origin, whatever host its link names", () => {
  const root = new URL("http://127.0.0.1:9/grid/");
  const links = [
    { rel: "self", href: "https://grid.example.cn/collections/components/items" },
    { rel: "next", href: "https://grid.example.cn/collections/components/items?limit=10000&cursor=abc-_" },
  ];
  expect(nextQuery(links, root)).toEqual({ limit: "10000", cursor: "abc-_" });
  expect(nextQuery(links.slice(0, 1), root)).toBeNull();
  expect(nextQuery(undefined, root)).toBeNull();
});
