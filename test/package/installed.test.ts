// The packed package in an empty folder, on a PATH of node, npm, sh and env, installed without any script.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { publint } from "publint";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bareEnvironment, barePath, pack, root, run } from "./commands.js";

const OTHER_ONNXRUNTIME = "1.20.1";
const INSTALL = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"];

let folder: string;
let app: string;
let env: NodeJS.ProcessEnv;

beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "installed-"));
  app = path.join(folder, "app");
  fs.cpSync(path.join(root, "test/package/app"), app, { recursive: true });
  fs.writeFileSync(path.join(app, "package.json"), JSON.stringify({ name: "app", private: true }));
  env = bareEnvironment(barePath(folder));
  run("npm", [...INSTALL, pack(folder).tarball], { cwd: app, env });
}, 300_000);
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

interface Inferred {
  readonly width: number;
  readonly height: number;
  readonly classes: number;
  readonly map: string;
  readonly libraryPath: string;
  readonly sameClass: boolean;
}

function node(...args: string[]): Inferred {
  return JSON.parse(run(process.execPath, args, { cwd: app, env }));
}

describe("the installed package", () => {
  test("infers from ESM with the shipped model, picture and library", () => {
    const { width, height, classes, libraryPath, sameClass } = node("infer.mjs");
    expect(Math.min(width, height)).toBeGreaterThan(100);
    expect(classes).toBeGreaterThan(1);
    const prebuilds = path.join(fs.realpathSync(app), "node_modules/deeplab-rt/prebuilds");
    expect(libraryPath).toBe(
      path.join(prebuilds, `${process.platform}-${process.arch}`, "libdeeplab-onnxruntime.so.1"),
    );
    expect(sameClass).toBe(true);
  });

  test("infers from CommonJS with the same result", () => {
    expect(node("infer.cjs")).toMatchObject({ map: node("infer.mjs").map });
  });

  test("brings a command line tool that runs by its name", () => {
    const tool = path.join(app, "node_modules/.bin/deeplab-rt");
    const model = "node_modules/deeplab-rt/models/sample";
    const output = run(
      tool,
      ["segment", "node_modules/deeplab-rt/assets/samples/metal.jpg", "--model", model, "--output", "out"],
      { cwd: app, env },
    );
    expect(output).toContain("background");
    expect(fs.readdirSync(path.join(app, "out")).filter((name) => name.endsWith(".png"))).toHaveLength(1);
  });

  test("has entry points that every resolver finds (publint)", async () => {
    const pkgDir = path.join(app, "node_modules/deeplab-rt");
    const { messages } = await publint({ pkgDir, strict: true, pack: false });
    expect(messages).toEqual([]);
  });

  test("compiled nothing", () => {
    const installed = path.join(app, "node_modules/deeplab-rt");
    expect(fs.existsSync(path.join(installed, "build"))).toBe(false);
    expect(fs.existsSync(path.join(app, "node_modules/cmake-js"))).toBe(false);
  });
});

describe("types of the installed package", () => {
  test.each([
    ["nodenext", ["--module", "nodenext", "consumer.mts", "consumer.cts"]],
    ["a bundler", ["--module", "preserve", "--moduleResolution", "bundler", "consumer.mts"]],
  ])("compile under strict for %s, declarations checked", (_, args) => {
    const settings = [
      "--noEmit",
      "--strict",
      "--exactOptionalPropertyTypes",
      "--target",
      "es2022",
      "--lib",
      "es2023,esnext.disposable",
    ];
    const types = ["--types", "node", "--typeRoots", path.join(root, "node_modules/@types")];
    const tsc = path.join(root, "node_modules/typescript/bin/tsc");
    expect(run(process.execPath, [tsc, ...settings, ...types, ...args], { cwd: app, env })).toBe("");
  });
});

describe(`beside onnxruntime-node ${OTHER_ONNXRUNTIME}`, () => {
  beforeAll(() => {
    run("npm", [...INSTALL, `onnxruntime-node@${OTHER_ONNXRUNTIME}`], { cwd: app, env });
  }, 300_000);

  test.each(["ours,theirs", "theirs,ours"])(
    "both work in one process when loaded in the order %s",
    (order) => {
      const args = ["beside-onnxruntime.mjs", order];
      const report = JSON.parse(execFileSync(process.execPath, args, { cwd: app, env, encoding: "utf8" }));
      expect(report.theirs.version).toBe(OTHER_ONNXRUNTIME);
      expect(report.theirs.logits).toHaveLength(4);
      expect(report.ours.libraryVersion).not.toBe(OTHER_ONNXRUNTIME);
      expect(report.ours.map).toBe(node("infer.mjs").map);
    },
  );
});
