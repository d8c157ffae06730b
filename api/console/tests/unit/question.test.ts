import { expect, test } from "@playwright/test";
import { fromHash, intoHash } from "../../src/question.ts";

test("a question goes into the address beside the view and comes back whole", () => {
  const question = { lon: 111.2846, lat: 30.7012, component: "4205020102000017", event: "0102" };
  const hash = intoHash("#map=14.2/30.7/111.28", question);
  expect(hash).toBe("#map=14.2/30.7/111.28&at=111.284600,30.701200&component=4205020102000017&event=0102");
  expect(fromHash(hash)).toEqual(question);
});

test("a new question leaves nothing of the old one", () => {
  const old = intoHash("", { lon: 1, lat: 2, component: "42", event: "0102" });
  expect(intoHash(old, { lon: 3, lat: 4 })).toBe("#at=3.000000,4.000000");
  expect(intoHash(old, null)).toBe("");
});

for (const hash of ["", "#map=1/2/3", "#at=", "#at=1", "#at=1,", "#at=,1", "#at=1,2,3", "#at=181,0", "#at=0,91", "#at=x,y", "#at=NaN,1"]) {
  test(`"${hash}" asks nothing`, () => expect(fromHash(hash)).toBeNull());
}

test("what is no code is not asked about", () => {
  expect(fromHash("#at=1,2&component=<b>&event=01 02")).toEqual({ lon: 1, lat: 2 });
});
