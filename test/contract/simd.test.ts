// DEEPLAB_RT_SIMD: what it names is used, and what cannot be used is an error. The kernels of a process keep the level
// that was first asked for, so every value gets a process of its own.

import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { native } from "../../dist/native.js";
import { removeFolders, stripeMap, tinyPackage } from "../support/tiny-package.js";

const { simdLevels } = native().buildInfo();
const run = promisify(execFile);
const root = path.join(import.meta.dirname, "../..");

let folder: string;
beforeAll(async () => {
  folder = await tinyPackage();
});
afterAll(removeFolders);

interface Outcome {
  readonly simd?: string;
  readonly map?: readonly number[];
  readonly error?: { readonly name: string; readonly code: string; readonly message: string };
  readonly detail?: { readonly option: string; readonly found: string; readonly allowed: string };
}

/** Loads the package and segments the four stripes; with `then`, tries again with that value. */
async function withLevel(level: string, then?: string): Promise<Outcome[]> {
  const code = `
    const { AutoModel } = require(${JSON.stringify(root)});
    const data = new Uint8Array(8 * 8 * 3);
    const colors = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 0, 0]];
    for (let i = 0; i < 64; i++) data.set(colors[(i % 8) >> 1], i * 3);
    const attempt = async () => {
      try {
        const model = await AutoModel.fromPretrained(${JSON.stringify(folder)});
        const { segmentationMap } = await model.infer({ data, width: 8, height: 8 });
        const { simd } = model.info();
        await model.close();
        return { simd, map: [...segmentationMap] };
      } catch ({ name, code, message, detail }) {
        return { error: { name, code, message }, detail };
      }
    };
    (async () => {
      const outcomes = [await attempt()];
      const then = ${JSON.stringify(then ?? null)};
      if (then !== null) {
        process.env.DEEPLAB_RT_SIMD = then;
        outcomes.push(await attempt());
      }
      console.log(JSON.stringify(outcomes));
    })();`;
  const env = { ...process.env, DEEPLAB_RT_SIMD: level };
  const { stdout } = await run(process.execPath, ["-e", code], { env });
  return JSON.parse(stdout) as Outcome[];
}

describe("a level that this machine has", () => {
  test("is one of the build's, scalar first", () => {
    expect(simdLevels[0]).toBe("scalar");
    expect(["scalar", "avx2", "avx512", "neon"]).toEqual(expect.arrayContaining([...simdLevels]));
  });

  test.each([...simdLevels])("%s is used when it is named", async (level) => {
    expect(await withLevel(level)).toEqual([{ simd: level, map: stripeMap }]);
  });

  test("the best one is used when none is named", async () => {
    expect(await withLevel("")).toEqual([{ simd: simdLevels.at(-1), map: stripeMap }]);
  });
});

describe("a level that cannot be used is an error and not another level", () => {
  const foreign = process.arch === "arm64" ? "avx2" : "neon";

  const values = ["sse9", "AVX2", " scalar", "scalar,avx2", "auto", "0", "%s%n", foreign, "x".repeat(5000)];

  test.each(values.map((level) => [JSON.stringify(level.slice(0, 20)), level]))("%s", async (_, level) => {
    const [outcome] = await withLevel(level);
    expect(outcome?.error).toMatchObject({ name: "DeepLabError", code: "OPTION_INVALID" });
    expect(outcome?.detail).toEqual({
      option: "DEEPLAB_RT_SIMD",
      found: level,
      allowed: simdLevels.join(", "),
    });
    expect(outcome?.error?.message).toContain(`this build on this machine can run: ${simdLevels.join(", ")}`);
  });

  test("the next model loads once the variable is corrected", async () => {
    const [failed, good] = await withLevel("sse9", "scalar");
    expect(failed?.error?.code).toBe("OPTION_INVALID");
    expect(good).toEqual({ simd: "scalar", map: stripeMap });
  });

  test("the command line says so and ends with the code for wrong usage", async () => {
    const cli = path.join(root, "dist/cli/main.js");
    const env = { ...process.env, DEEPLAB_RT_SIMD: "sse9" };
    const end = await run(process.execPath, [cli, "info", folder], { env }).catch((error) => error);
    expect(end.code).toBe(2);
    expect(end.stderr).toContain('DEEPLAB_RT_SIMD is "sse9"');
  });
});
