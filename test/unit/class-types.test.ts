// The declaration file of a package's class names, read back by TypeScript itself.

import { createHash } from "node:crypto";
import ts from "typescript";
import { afterAll, describe, expect, test } from "vitest";
import { classTypes, packageClassTypes } from "../../dist/class-types.js";
import { removeFolders, tinyPackage } from "../support/tiny-package.js";

afterAll(removeFolders);

const origin = { name: "roads", sha256: "00" };

/** Name and members of the one type that a declaration file exports. */
function readUnion(text: string): { name: string; members: string[] } {
  const file = ts.createSourceFile("classes.d.ts", text, ts.ScriptTarget.ES2022);
  expect((file as unknown as { parseDiagnostics: unknown[] }).parseDiagnostics).toEqual([]);
  expect(file.statements).toHaveLength(1);
  const [alias] = file.statements;
  if (alias === undefined || !ts.isTypeAliasDeclaration(alias)) throw new Error("expected one type");
  const types = ts.isUnionTypeNode(alias.type) ? [...alias.type.types] : [alias.type];
  const members = types.map((type) => {
    if (ts.isLiteralTypeNode(type) && ts.isStringLiteral(type.literal)) return type.literal.text;
    throw new Error("expected text");
  });
  return { name: alias.name.text, members };
}

describe("the types of class names", () => {
  test("are a union that TypeScript reads back as the very names, whatever they hold", () => {
    const names = [
      "background",
      'a "quoted" one',
      "it's",
      "back\\slash",
      "*/ export type X = 1; //",
      "`code`",
      "tab\there",
      "line\nbreak\r\n",
      "\u2028\u2029\u0085",
      "straße 道路 🚗",
      "\u202edesrever",
      "half a pair \ud83d",
      "__proto__",
      "",
    ];
    const text = classTypes(names, origin);
    expect(readUnion(text)).toEqual({ name: "Classes", members: names });
    expect(text).toContain("straße 道路 🚗"); // to be read by people
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e]/);
  });

  test("name each class once, and a name of the package cannot leave its comment", () => {
    const text = classTypes(["background", "car", "car"], { ...origin, name: "x\nexport type Y = 1;" });
    expect(readUnion(text).members).toEqual(["background", "car"]);
  });

  test("take the name that was asked for, if it can be one", () => {
    expect(readUnion(classTypes(["background", "a"], origin, { typeName: "RoadClasses" })).name).toBe(
      "RoadClasses",
    );
    for (const typeName of ["a b", "1a", "string", "class", "never", "", "X = 1; type Y"]) {
      expect(() => classTypes(["background"], origin, { typeName })).toThrow(
        expect.objectContaining({ code: "OPTION_INVALID" }),
      );
    }
    expect(() => classTypes(["background"], origin, { typename: "X" } as never)).toThrow(
      expect.objectContaining({ code: "OPTION_UNKNOWN", message: expect.stringContaining('"typeName"') }),
    );
  });

  test("of a package say which, and the checksum of its file", async () => {
    const classNames = "\ufeffbackground\nred car\n";
    const folder = await tinyPackage({ classNames });
    const text = await packageClassTypes(folder, { typeName: "Cars" });
    expect(readUnion(text)).toEqual({ name: "Cars", members: ["background", "red car"] });
    expect(text).toContain(createHash("sha256").update(classNames).digest("hex"));
    expect(text).toContain(folder.split("/").at(-1));
    await expect(packageClassTypes(`${folder}/none`)).rejects.toMatchObject({ code: "PACKAGE_MISSING_FILE" });
  });
});
