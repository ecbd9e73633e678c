// The first programs that a new user meets, saved and run as the text says, in a project as `npm init -y` makes it.

import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newFolder, removeFolders } from "../support/tiny-package.js";
import { blocksOf, read, root } from "./markdown.js";

let project: string;
beforeAll(async () => {
  project = await newFolder();
  fs.writeFileSync(path.join(project, "package.json"), '{ "name": "new", "type": "commonjs" }');
  fs.mkdirSync(path.join(project, "node_modules"));
  fs.symlinkSync(root, path.join(project, "node_modules/deeplab-rt"), "junction");
});
afterAll(removeFolders);

const firstBlock = (document: string) =>
  blocksOf(document, read(document)).find(({ code }) => code.includes('from "deeplab-rt"'));

test.each(["README.md", "docs/getting-started.md", "docs/from-python.md"])(
  "%s says how its first program is saved and run, and so it runs",
  (document) => {
    const block = firstBlock(document);
    const text = read(document);
    const [, file = ""] = /\b[Ss]aved? (?:it )?as `([\w.-]+)`/.exec(text) ?? [];
    const [, command = ""] = /\brun(?: with)? `(node [\w.-]+)`/.exec(text) ?? [];
    expect(command).toBe(`node ${file}`);
    // What a document shows with the paths of a clone says how they begin with npm.
    if (!block?.code.includes("node_modules"))
      expect(text).toMatch(/paths begin with `node_modules\/deeplab-rt\/`/);
    const code = block?.code.replaceAll(/"(?=(?:models|assets)\/)/g, '"node_modules/deeplab-rt/') ?? "";
    fs.writeFileSync(path.join(project, file), code);
    const { status, stderr } = spawnSync(process.execPath, command.split(" ").slice(1), {
      cwd: project,
      encoding: "utf8",
    });
    expect([status, stderr]).toEqual([0, ""]);
  },
);

test("the same program in a .js file fails there, which is why the name is said", () => {
  const block = firstBlock("docs/getting-started.md");
  fs.writeFileSync(path.join(project, "first.js"), block?.code ?? "");
  const { status, stderr } = spawnSync(process.execPath, ["first.js"], { cwd: project, encoding: "utf8" });
  expect(status).not.toBe(0);
  expect(stderr).toContain("SyntaxError");
});

test("the commands of getting started work in that project", () => {
  const text = read("docs/getting-started.md");
  const inBlocks = blocksOf("", text)
    .filter(({ language }) => language === "sh")
    .flatMap(({ code }) => code.split("\n"));
  const inline = [...text.matchAll(/`(npx deeplab-rt [^`]+)`/g)].map(([, line = ""]) => line);
  const commands = [...inBlocks, ...inline].filter((line) => line.startsWith("npx deeplab-rt "));
  expect(commands).toHaveLength(3);
  for (const command of commands) {
    const args = command.split(" ").slice(2);
    const program = path.join(root, "dist/cli/main.js");
    const { status, stderr } = spawnSync(process.execPath, [program, ...args], {
      cwd: project,
      encoding: "utf8",
    });
    expect([command, status, stderr]).toEqual([command, 0, ""]);
  }
  for (const file of ["wood.overlay.png", "classes.d.ts"])
    expect(fs.existsSync(path.join(project, file)), file).toBe(true);
});
