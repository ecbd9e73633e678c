// What the documents point to is there: files, headings, scripts, and commands with their options.

import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { choosingBodies } from "../bench/report/choosing.mjs";
import { replaceBetween } from "../bench/report/markdown.mjs";
import { anchorsOf, blocksOf, documents, linksOf, read, root } from "./markdown.js";

/** Links of a document that lead nowhere. */
function brokenLinks(name: string, text: string): string[] {
  return linksOf(text)
    .filter(({ file, anchor }) => {
      const target = file === "" ? name : path.posix.join(path.posix.dirname(name), file);
      if (!fs.existsSync(path.join(root, target))) return true;
      return anchor !== "" && !anchorsOf(target === name ? text : read(target)).has(anchor);
    })
    .map(({ file, anchor }) => (anchor === "" ? file : `${file}#${anchor}`));
}

describe.each(documents)("%s", (name) => {
  const text = read(name);

  test("links to files and headings that exist", () => {
    expect(brokenLinks(name, text)).toEqual([]);
  });

  test("names commands of package.json and programs that exist", () => {
    const { scripts } = JSON.parse(read("package.json"));
    const named = [...text.matchAll(/npm run ([\w:]+)/g)].map(([, script = ""]) => script);
    expect(named.filter((script) => !(script in scripts))).toEqual([]);
    const programs = [...text.matchAll(/\bnode ((?:examples|scripts|test)\/[\w/.-]+)/g)].map(
      ([, file = ""]) => file,
    );
    expect(programs.filter((file) => !fs.existsSync(path.join(root, file)))).toEqual([]);
  });
});

describe("commands of deeplab-rt in the documents", () => {
  const help = (...args: string[]) =>
    spawnSync(process.execPath, [path.join(root, "dist/cli/main.js"), ...args, "--help"], {
      encoding: "utf8",
    }).stdout;
  const commands = new Map(
    [...help().matchAll(/^ {2}([a-z]+)(?:\|\w+)?(?: .*)?$/gm)].map(([, name = ""]) => [
      name,
      undefined as string | undefined,
    ]),
  );

  /** What is wrong with one command line: a command or an option that there is not. */
  function mistakes(line: string): string[] {
    const [command = "", ...words] = line.split(/\s+/);
    if (command.startsWith("-")) return help().includes(command) ? [] : [command];
    if (!commands.has(command)) return [command];
    const text = commands.get(command) ?? help(command);
    commands.set(command, text);
    const known = new Set([...text.matchAll(/(?<![\w-])--?[a-z][\w-]*/g)].map(([option]) => option));
    return words
      .filter((word) => /^--?[a-z]/.test(word))
      .map((word) => word.split("=")[0] ?? "")
      .filter((option) => !known.has(option))
      .map((option) => `${command} ${option}`);
  }

  /** The command lines in a document's shell blocks and in its text, without what follows a pipe or a comment. */
  function commandLines(name: string): string[] {
    const text = read(name);
    const shell = blocksOf(name, text).filter(({ language }) => /^(sh|bash|shell)$/.test(language));
    const lines = shell.flatMap(({ code }) => code.replaceAll("\\\n", " ").split("\n"));
    const inline = [...text.matchAll(/`((?:npx )?deeplab-rt [a-z-][^`]*)`/g)].map(([, line = ""]) => line);
    return [...lines, ...inline]
      .map((line) => /(?:^|&& |\| |\$\()(?:npx )?deeplab-rt ([^#|&)>]*)/.exec(line)?.[1]?.trim() ?? "")
      .filter((line) => line !== "" && !line.includes("…"));
  }

  test.each(documents.filter((name) => commandLines(name).length > 0))(
    "%s uses commands and options that exist",
    (name) => {
      expect(commandLines(name).flatMap(mistakes)).toEqual([]);
    },
  );

  test("would be found out with a command or an option that there is not", () => {
    expect(["segmnt a.jpg", "segment a.jpg --colour", "info --json"].flatMap(mistakes)).toEqual([
      "segmnt",
      "segment --colour",
    ]);
  });
});

describe("the checks themselves", () => {
  test("know the headings as GitHub does", () => {
    const text = "# One & two\n## `code()`, and [a link](x.md)\n## Again\n## Again\n```sh\n# not one\n```\n";
    expect([...anchorsOf(text)]).toEqual(["one--two", "code-and-a-link", "again", "again-1"]);
  });

  test("find a link to a file, a heading or a picture that is not there", () => {
    const text =
      "# Here\n[a](#here) [b](#there) [c](gone.md) ![d](docs/gone.png) `[e](not-one.md)` [f](README.md#gone)";
    expect(brokenLinks("README.md", text)).toEqual(["#there", "gone.md", "docs/gone.png", "README.md#gone"]);
  });

  test("find the blocks of code, their lines and notes", () => {
    const text = "a\n```js\none();\n```\n\n<!-- not run: needs a GPU -->\n```ts\ntwo();\nthree();\n```\n";
    expect(blocksOf("x.md", text)).toEqual([
      { document: "x.md", line: 3, language: "js", code: "one();\n", note: "" },
      { document: "x.md", line: 8, language: "ts", code: "two();\nthree();\n", note: "not run: needs a GPU" },
    ]);
  });
});

describe("docs/choosing.md", () => {
  test("has the numbers of the committed run of the benchmark, every table of it", () => {
    const text = read("docs/choosing.md");
    const bodies = Object.entries(choosingBodies(JSON.parse(read("docs/bench.json"))));
    expect(bodies.map(([name]) => name)).toEqual(["encoders", "pictures", "resizes", "classes", "callers"]);
    for (const [name, body] of bodies) {
      expect(body.split("\n").length).toBeGreaterThan(5);
      expect(replaceBetween(text, name, body)).toBe(text);
    }
  });
});

test("the index of docs/ leads to every page there", () => {
  const linked = linksOf(read("docs/README.md")).map(({ file }) => file);
  const pages = documents.filter((name) => /^docs\/(?!README)[^/]+$/.test(name)).map((name) => name.slice(5));
  expect(pages.filter((page) => !linked.includes(page))).toEqual([]);
});
