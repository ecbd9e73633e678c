// Where an installed package looks for ONNX Runtime, by real processes: what is tried is in the error, and the
// working directory is never a place to load code from.

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, realpathSync, symlinkSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addonFolder } from "../../dist/native.js";
import { newFolder, removeFolders, tinyPackage } from "../support/tiny-package.js";

afterAll(removeFolders);

const root = path.join(import.meta.dirname, "../..");
const modules = path.join(root, "node_modules");

/** An app with deeplab-rt and what it needs in node_modules, without onnxruntime-node. */
async function installedApp(): Promise<string> {
  const app = realpathSync(await newFolder());
  const own = path.join(app, "node_modules/deeplab-rt");
  mkdirSync(path.join(app, "node_modules/@bufbuild"), { recursive: true });
  for (const part of ["dist", "package.json"])
    cpSync(path.join(root, part), path.join(own, part), { recursive: true });
  for (const name of [
    "@bufbuild/protobuf",
    "commander",
    "node-gyp-build",
    "proper-lockfile",
    "sharp",
    "zod",
  ]) {
    symlinkSync(path.join(modules, name), path.join(app, "node_modules", name));
  }
  return app;
}

function addonFile(): string {
  const folder = addonFolder();
  const name = readdirSync(folder).find((file) => file.endsWith(".node"));
  return path.join(folder, name ?? "");
}

describe("an installed package without onnxruntime-node", () => {
  let app: string;
  let folder: string;
  beforeAll(async () => {
    app = await installedApp();
    folder = await tinyPackage();
  });

  // A process of its own: this one has loaded a library already.
  function load(cwd: string, env: Record<string, string> = {}) {
    const code = `
      const { AutoModel } = require(${JSON.stringify(path.join(app, "node_modules/deeplab-rt"))});
      AutoModel.fromPretrained(${JSON.stringify(folder)}).then(
        async (model) => { console.log(JSON.stringify({ library: model.info().library })); await model.close(); },
        ({ code, message, hint }) => console.log(JSON.stringify({ code, message, hint })),
      );`;
    const output = execFileSync(process.execPath, ["-e", code], {
      cwd,
      encoding: "utf8",
      env: { ...process.env, DEEPLAB_RT_ADDON: addonFile(), ...env },
    });
    return JSON.parse(output) as { code?: string; message?: string; hint?: string };
  }

  test("names every place it tried, and takes nothing from the working directory", async () => {
    const foreign = await newFolder();
    mkdirSync(path.join(foreign, "node_modules"));
    symlinkSync(path.join(modules, "onnxruntime-node"), path.join(foreign, "node_modules/onnxruntime-node"));
    const { code, message, hint } = load(foreign);
    expect(code).toBe("BACKEND_UNAVAILABLE");
    expect(message).toContain(`beside the addon: ${addonFolder()}`);
    expect(message).toContain(`onnxruntime-node: ${path.join(app, "node_modules/onnxruntime-node")}`);
    expect(message).not.toContain(foreign);
    expect(hint).toMatch(/npm install onnxruntime-node/);
  });

  test("finds one that is installed beside it", async () => {
    const place = path.join(app, "node_modules/onnxruntime-node");
    symlinkSync(path.join(modules, "onnxruntime-node"), place);
    expect(load(await newFolder())).toMatchObject({ library: { version: expect.stringMatching(/^1\./) } });
  });

  test("with a wrong DEEPLAB_RT_ONNXRUNTIME says to correct or unset it", async () => {
    const { code, message, hint } = load(app, { DEEPLAB_RT_ONNXRUNTIME: "/no/such.so" });
    expect(code).toBe("BACKEND_UNAVAILABLE");
    expect(message).toContain("/no/such.so");
    expect(hint).toMatch(/correct or unset the environment variable DEEPLAB_RT_ONNXRUNTIME/);
  });
});
