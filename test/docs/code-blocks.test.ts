// Code in the documents is code: every block and every example is checked by TypeScript as one program against the
// declarations that users get; README's blocks, and every block that imports the package, are run on the sample model.

import { execFile, execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Block, blocksOf, documents, read, root } from "./markdown.js";

// Inside the checkout "deeplab-rt" is the package itself, with its declarations.
const folder = path.join(root, "build/docs-blocks");

/** Names that pieces of code may use without saying where they come from. */
const ambient = `
declare const AutoModel: typeof import("deeplab-rt").AutoModel;
declare const DeepLabError: typeof import("deeplab-rt").DeepLabError;
declare const compilePackage: typeof import("deeplab-rt").compilePackage;
declare const model: import("deeplab-rt").SemanticSegmentationModel;
declare const result: import("deeplab-rt").SemanticSegmentationResult;
declare const folder: string;
declare const picture: string;
declare const pictures: string[];
declare const pixels: Buffer;
declare const frames: AsyncIterable<import("deeplab-rt").RawImage>;
declare function report(areas: unknown): void;
declare const camera: AsyncIterable<string> & { readInto(data: Uint8Array): void };
`;

const code = documents
  .flatMap((name) => blocksOf(name, read(name)))
  .filter(({ language }) => /^([jt]s|mjs)$/.test(language));
const title = ({ document, line }: Block) => `${document}:${line}`;

/** Writes a block so that its lines are those of its document. @returns the file */
function write({ document, line, language, code }: Block, into = folder): string {
  const name = `${document.replaceAll("/", "_")}_${line}.${language === "ts" ? "mts" : "mjs"}`;
  fs.writeFileSync(path.join(into, name), `${"\n".repeat(line - 1)}${code}export {};\n`);
  return path.join(into, name);
}

/** What TypeScript has against these files, as `file:line message`. */
function complaints(files: readonly string[]): string[] {
  const program = ts.createProgram([...files], {
    ...{
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.Node20,
      lib: ["lib.es2023.d.ts", "lib.esnext.disposable.d.ts"],
    },
    ...{
      types: ["node"],
      typeRoots: [path.join(root, "node_modules/@types")],
      skipLibCheck: true,
      noEmit: true,
    },
    ...{ strict: true, noImplicitAny: false, allowJs: true, checkJs: true },
  });
  return ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
    const line = file === undefined ? 0 : file.getLineAndCharacterOfPosition(start ?? 0).line + 1;
    return `${path.basename(file?.fileName ?? "")}:${line} ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
  });
}

beforeAll(() => {
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

describe("every block of code and every example", () => {
  const declarations = () => {
    const file = path.join(folder, "ambient.d.ts");
    fs.writeFileSync(file, ambient);
    return file;
  };

  test("has the types that the package declares", () => {
    const examples = fs.readdirSync(path.join(root, "examples")).filter((name) => name.endsWith(".mjs"));
    expect(code.length).toBeGreaterThan(5);
    expect(examples.length).toBeGreaterThan(6);
    const files = [
      ...code.map((block) => write(block)),
      ...examples.map((name) => path.join(root, "examples", name)),
    ];
    expect(complaints([declarations(), ...files])).toEqual([]);
  });

  test("would be found out with a method or an option that there is not, at its line", () => {
    const of = (line: number, text: string) =>
      write({ document: "wrong.md", line, language: "js", code: text, note: "" });
    const files = [
      of(7, "await model.inferr(picture);\n"),
      of(9, "await model.infer(picture, { confidenze: 0.5 });\n"),
      of(11, "result.probabilities.plane(1);\n"),
    ];
    const found = complaints([declarations(), ...files]);
    for (const file of files) fs.rmSync(file);
    expect(found.map((text) => text.split(" ")[0])).toEqual([
      "wrong.md_11.mjs:11",
      "wrong.md_7.mjs:7",
      "wrong.md_9.mjs:9",
    ]);
  });

  test.each(code.filter(({ language }) => language !== "ts").map((block) => [title(block), block] as const))(
    "%s is JavaScript that Node.js can read",
    (_, { code }) => {
      // `using` is TypeScript's, and Node.js' from version 24 on: in a block for TypeScript.
      const source = ts.createSourceFile("block.mjs", code, ts.ScriptTarget.ES2022, true);
      const usings: string[] = [];
      const visit = (node: ts.Node): void => {
        if (ts.isVariableDeclarationList(node) && (node.flags & ts.NodeFlags.Using) !== 0)
          usings.push(node.getText());
        ts.forEachChild(node, visit);
      };
      visit(source);
      expect(usings).toEqual([]);
    },
  );
});

describe("a block that imports the package is a program", () => {
  const programs = code.filter(
    ({ document, code }) => document !== "README.md" && code.includes('from "deeplab-rt"'),
  );
  const place = path.join(folder, "place");

  beforeAll(() => {
    // What the programs read lies where it does in a clone; what they write is thrown away.
    fs.mkdirSync(place, { recursive: true });
    for (const name of ["models", "assets"])
      fs.symlinkSync(path.join(root, name), path.join(place, name), "junction");
    // And where it does for users of npm.
    fs.mkdirSync(path.join(place, "node_modules"));
    fs.symlinkSync(root, path.join(place, "node_modules/deeplab-rt"), "junction");
  });

  test("there are some, and the ones that are not run say why", () => {
    expect(programs.filter(({ note }) => note === "").length).toBeGreaterThan(3);
    const notes = programs.map(({ note }) => note).filter((note) => note !== "");
    expect(notes.filter((note) => !/^not run: \w/.test(note))).toEqual([]);
  });

  test.concurrent.each(
    programs.filter(({ note }) => note === "").map((block) => [title(block), block] as const),
  )("%s runs as it stands, on the sample model", async (_, block) => {
    // As a user's build does: types off, `using` made into what every Node.js can read.
    const { outputText } = ts.transpileModule(block.code, {
      compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
    });
    const file = path.join(folder, `run_${block.document.replaceAll("/", "_")}_${block.line}.mjs`);
    fs.writeFileSync(file, outputText);
    const { stderr } = await promisify(execFile)(process.execPath, [file], { cwd: place });
    expect(stderr).toBe("");
  });
});

describe("README", () => {
  const blocks = code.filter(({ document }) => document === "README.md").map(({ code }) => code);

  test("has ten lines that run as they stand", () => {
    const [text = ""] = blocks;
    const program = path.join(folder, "ten-lines.mjs");
    const overlay = path.join(folder, "overlay.png");
    fs.writeFileSync(program, text.replace('"overlay.png"', JSON.stringify(overlay)));
    const output = execFileSync(process.execPath, [program], { cwd: root, encoding: "utf8" });
    expect(output).toContain("scratch");
    expect(fs.readFileSync(overlay).subarray(1, 4).toString()).toBe("PNG");
    const lines = text.split("\n").filter((line) => line.trim() !== "");
    expect(lines.length).toBeLessThanOrEqual(10);
  });

  test("has other examples that run too, on the sample model and its pictures", () => {
    const others = blocks.slice(1);
    expect(others.length).toBeGreaterThan(1);
    const prelude = `
      import { AutoModel } from "deeplab-rt";
      const model = await AutoModel.fromPretrained("models/sample");
      const picture = "assets/samples/wood.jpg";
      async function* camera_() { yield picture; yield picture; }
      const camera = camera_();
    `;
    const scopes = others.map((text) => `{\n${text}\n}`).join("\n");
    const program = path.join(folder, "more.mjs");
    fs.writeFileSync(program, `${prelude}\n${scopes}\nawait model.close();\nconsole.log("all ran");\n`);
    expect(execFileSync(process.execPath, [program], { cwd: root, encoding: "utf8" })).toContain("all ran");
  });
});
