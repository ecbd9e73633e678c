// The README's example runs as it stands, and links inside the documents lead somewhere.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");
const read = (name: string) => fs.readFileSync(path.join(root, name), "utf8");
const documents = [
  "README.md",
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  "SECURITY.md",
  "THIRD_PARTY.md",
  "prebuilds/README.md",
  ...fs
    .readdirSync(path.join(root, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];

test("the ten lines of the README run as they stand", () => {
  const [, code = ""] = /```js\n([\s\S]*?)```/.exec(read("README.md")) ?? [];
  // Inside the checkout "deeplab-rt" is the package itself.
  const folder = path.join(root, "build/readme");
  fs.mkdirSync(folder, { recursive: true });
  const program = path.join(folder, "example.mjs");
  const overlay = path.join(folder, "overlay.png");
  fs.rmSync(overlay, { force: true });
  fs.writeFileSync(program, code.replace('"overlay.png"', JSON.stringify(overlay)));
  const output = execFileSync(process.execPath, [program], { cwd: root, encoding: "utf8" });
  expect(output).toContain("scratch");
  expect(fs.readFileSync(overlay).subarray(1, 4).toString()).toBe("PNG");
  expect(
    code
      .trim()
      .split("\n")
      .filter((line) => line !== "").length,
  ).toBeLessThanOrEqual(10);
});

test("the other examples of the README run too, on the sample model and its pictures", () => {
  const [, ...blocks] = [...read("README.md").matchAll(/```js\n([\s\S]*?)```/g)].map(([, code = ""]) => code);
  expect(blocks.length).toBeGreaterThan(1);
  const prelude = `
    import { AutoModel } from "deeplab-rt";
    const model = await AutoModel.fromPretrained("models/sample");
    const picture = "assets/samples/wood.jpg";
    async function* camera_() { yield picture; yield picture; }
    const camera = camera_();
  `;
  const program = path.join(root, "build/readme", "more.mjs");
  fs.mkdirSync(path.dirname(program), { recursive: true });
  const scopes = blocks.map((code) => `{\n${code}\n}`).join("\n");
  fs.writeFileSync(program, `${prelude}\n${scopes}\nawait model.close();\nconsole.log("all ran");\n`);
  expect(execFileSync(process.execPath, [program], { cwd: root, encoding: "utf8" })).toContain("all ran");
});

describe.each(documents)("%s", (name) => {
  const text = read(name);

  test("links to files that exist", () => {
    const targets = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, target = ""]) => target);
    expect(targets.filter((target) => !fs.existsSync(path.join(root, path.dirname(name), target)))).toEqual(
      [],
    );
  });

  test("names commands of package.json that exist", () => {
    const { scripts } = JSON.parse(read("package.json"));
    const named = [...text.matchAll(/npm run ([\w:]+)/g)].map(([, script = ""]) => script);
    expect(named.filter((script) => !(script in scripts))).toEqual([]);
  });
});
