// How COCO's file of `segment` names the pictures.

import path from "node:path";
import { expect, test } from "vitest";
import { webPlace } from "../../dist/cli/segment/addresses.js";
import { pictureNames } from "../../dist/cli/segment/picture-names.js";

/** Names of inputs, given by absolute path and place. */
function names(...files: readonly (string | readonly [file: string, place: string])[]) {
  const inputs = files.map((file) => {
    const [id, place] = typeof file === "string" ? [file, path.basename(file)] : file;
    return { kind: "picture" as const, name: id, id, place };
  });
  return pictureNames(inputs);
}

test("pictures are called as their own files are, whatever comes before the extension", () => {
  expect(names("/p/a.jpg", "/p/a.jpg.jpg", "/p/x.jpg", "/p/x.rle.jpg", "/p/noext")).toEqual([
    "a.jpg",
    "a.jpg.jpg",
    "x.jpg",
    "x.rle.jpg",
    "noext",
  ]);
  expect(names("/p/coco.png", "/p/A.png", "/p/a.png", "/p/1.png", "/p/1.gif")).toEqual([
    "coco.png",
    "A.png",
    "a.png",
    "1.png",
    "1.gif",
  ]);
  expect(names(["/p/x/1.png", "x/1.png"], ["/p/1.png", "1.png"])).toEqual(["x/1.png", "1.png"]);
});

test("those that meet keep their folders, also where they then meet others", () => {
  expect(names("/p/left/1.png", "/p/right/1.png", "/q/2.png")).toEqual([
    "left/1.png",
    "right/1.png",
    "2.png",
  ]);
  expect(names("/p/left/1.png", "/p/right/1.png", ["/q/left/1.png", "left/1.png"])).toEqual([
    "p/left/1.png",
    "right/1.png",
    "q/left/1.png",
  ]);
  expect(names(["/x/a/1.png", "a/1.png"], ["/x/a/a/1.png", "a/1.png"], ["/y/1.png", "1.png"])).toEqual([
    "x/a/1.png",
    "a/1.png",
    "y/1.png",
  ]);
});

test("addresses that differ in their keys alone are numbered, and say no key", () => {
  const address = (text: string) => [text, webPlace(text)] as const;
  const web = [
    address("https://h/1.png?key=SECRET"),
    address("https://h/1.png?key=TERCES"),
    address("https://h/1-2.png"),
  ];
  expect(names(...web)).toEqual(["1.png", "1-3.png", "1-2.png"]);
  const distinct = new Set(names(...web, "/p/1.png", "/q/1-2.png", "/q/1-3.png"));
  expect(distinct.size).toBe(6);
  expect([...distinct].join()).not.toMatch(/SECRET|TERCES/);
});
