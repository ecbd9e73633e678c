// docs/architecture.md names files and symbols; this checks that they exist, so that the walk stays true.
import fs from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");
const text = fs.readFileSync(path.join(root, "docs/architecture.md"), "utf8");

interface Step {
  readonly file: string;
  readonly symbols: readonly string[];
}

/** Rows `| \`file\` | \`symbol\`, \`symbol\` | … |` of the tables headed "file | symbols". */
function stepsOf(markdown: string): Step[] {
  return [...markdown.matchAll(/^\| `([^`]+\.\w+)` \| ((?:`[^`]+`(?:, )?)+) \|/gm)].map(
    ([, file = "", cell = ""]) => ({
      file,
      symbols: [...cell.matchAll(/`([^`]+)`/g)].map(([, symbol = ""]) => symbol),
    }),
  );
}

/** Rows of all tables headed "file | symbols", whatever is in them. */
function rowsOf(markdown: string): string[] {
  return markdown
    .split(/^(?=\| file \| symbols \|)/m)
    .filter((part) => part.startsWith("| file | symbols |"))
    .flatMap((table) => {
      const lines = table.split("\n");
      const end = lines.findIndex((line) => !line.startsWith("|"));
      return lines.slice(2, end === -1 ? lines.length : end);
    });
}

function holds(source: string, symbol: string): boolean {
  const escaped = symbol.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`(?<![\\w#~])${escaped}(?![\\w])`).test(source);
}

const steps = stepsOf(text);

describe("the walk through one request", () => {
  test("has only rows that can be checked, and is a whole walk", () => {
    expect(steps).toHaveLength(rowsOf(text).length);
    expect(steps.length).toBeGreaterThan(40);
  });

  test.each(steps.map(({ file, symbols }) => [file, symbols.join(", ")]))("%s has %s", (file, symbols) => {
    const absolute = path.join(root, file);
    expect(fs.existsSync(absolute), `${file} does not exist`).toBe(true);
    const source = fs.readFileSync(absolute, "utf8");
    expect(symbols.split(", ").filter((symbol) => !holds(source, symbol))).toEqual([]);
  });

  test("passes through every folder of native/", () => {
    const folders = fs.readdirSync(path.join(root, "native"));
    expect(
      folders.filter((folder) => !steps.some(({ file }) => file.startsWith(`native/${folder}/`))),
    ).toEqual([]);
  });

  test("would notice a file or a symbol that is gone", () => {
    const [step] = stepsOf("| `lib/gone.ts` | `One`, `Two` | x |\n");
    expect(step).toEqual({ file: "lib/gone.ts", symbols: ["One", "Two"] });
    expect(holds("class Onerous {}", "One")).toBe(false);
    expect(holds("void Model::submit() {}", "Model::submit")).toBe(true);
    expect(
      rowsOf("| file | symbols | what |\n| --- | --- | --- |\n| lib/a.ts | x | y |\n\nend"),
    ).toHaveLength(1);
  });
});
