// What the addon's fatbin holds, by NVIDIA's own tool: every kernel for every architecture, with the parameters that the
// host gives, without spills, and with the resources that were agreed to.
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { ARCHITECTURES, PTX_ARCHITECTURE } from "../../scripts/cuda/compile-kernels.mjs";
import { kernelsSetting, makeKernels } from "../../scripts/cuda/make-kernels.mjs";
import { hostParameters } from "../../scripts/testing/cuda-kernels/host-parameters.mjs";
import { kernelsIn, ptxIn } from "../../scripts/testing/cuda-kernels/inspect-fatbin.mjs";
import { readTable, tableOf, UPDATE_COMMAND } from "../../scripts/testing/cuda-kernels/resource-table.mjs";

const root = path.resolve(import.meta.dirname, "../..");
const nodeGypBuild = createRequire(import.meta.url)("node-gyp-build") as { path(folder: string): string };

const fatbin = await makeKernels();
const [kernels, ptx, host] = await Promise.all([kernelsIn(fatbin), ptxIn(fatbin), hostParameters()]);
const names = Object.keys(host).sort();
const table = readTable();

describe.each(ARCHITECTURES)("machine code for %s", (arch) => {
  const found = kernels.filter((kernel) => kernel.arch === arch);

  test("has every kernel that the host launches, and no other", () => {
    expect(found.map(({ kernel }) => kernel).sort()).toEqual(names);
  });

  test.each(names)("%s takes the parameters that the host gives", (name) => {
    expect(found.find(({ kernel }) => kernel === name)?.parameters).toEqual(host[name]);
  });

  test.each(names)("%s keeps all in registers: nothing spills", (name) => {
    const message = "keep fewer values alive at once, or ask __launch_bounds__ for fewer blocks at a time";
    expect(found.find(({ kernel }) => kernel === name)?.spills, message).toBe(0);
  });

  test.each(names)("%s takes what test/cuda-kernels/resources.json says", (name) => {
    const message = `if that is meant: ${UPDATE_COMMAND}`;
    expect(tableOf(found)[name]?.[arch], message).toEqual(table[name]?.[arch]);
  });
});

test("there is machine code for no other architecture", () => {
  expect([...new Set(kernels.map(({ arch }) => arch))]).toEqual(ARCHITECTURES);
});

test("the table has no kernel that is gone", () => {
  expect(Object.keys(table), `to update it: ${UPDATE_COMMAND}`).toEqual(names);
});

describe("the PTX, for GPUs that are newer", () => {
  test("is one, of the oldest architecture, with every kernel", () => {
    expect(ptx.map(({ arch }) => arch)).toEqual([PTX_ARCHITECTURE.replace("compute", "sm")]);
    expect(ptx[0]?.kernels.sort()).toEqual(names);
  });

  test("is not compressed: an older driver may not know how to undo it", () => {
    const text = ptx[0]?.text ?? "";
    const begin = text.indexOf(".version");
    expect(begin).toBeGreaterThan(0);
    expect(fs.readFileSync(fatbin).includes(text.slice(begin).trimEnd())).toBe(true);
  });

  test("is of a version that drivers of CUDA 12.6 read", () => {
    expect(Number(ptx[0]?.version)).toBeLessThanOrEqual(8.5);
  });

  test("rounds after every multiplication and every addition, so that no compiler may fuse them", () => {
    const arithmetic =
      ptx[0]?.text.match(/\b(?:add|sub|mul|fma|mad|div|sqrt|rcp)\.[\w.]*f(?:16|32|64)\b/g) ?? [];
    expect(arithmetic.length).toBeGreaterThan(10);
    expect(
      arithmetic.filter((word) => !/^(?:add|sub|mul|div|sqrt|rcp)\.rn\.f(?:16|32|64)$/.test(word)),
    ).toEqual([]);
  });
});

/** Of each piece of machine code, an ELF file: the version of NVIDIA's ABI in its head. */
function abiVersions(bytes: Buffer): number[] {
  const versions: number[] = [];
  const mark = Buffer.from("\x7fELF");
  for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, at + 1)) {
    versions.push(bytes[at + 8] ?? -1);
  }
  return versions;
}

test("machine code is of an ABI that drivers load: 7 from CUDA 12.6 on, 8 where no driver below 12.8 knows the GPU", () => {
  const versions = abiVersions(fs.readFileSync(fatbin));
  const wanted = ARCHITECTURES.map((arch) => (Number(arch.slice("sm_".length)) < 100 ? 7 : 8));
  expect(versions).toEqual(wanted);
});

test("the addon holds this fatbin once, aligned, or not at all where it was built without", () => {
  const addon = fs.readFileSync(process.env.DEEPLAB_RT_ADDON ?? nodeGypBuild.path(root));
  const bytes = fs.readFileSync(fatbin);
  const places: number[] = [];
  for (let at = addon.indexOf(bytes); at >= 0; at = addon.indexOf(bytes, at + 1)) places.push(at % 16);
  expect(places).toEqual(kernelsSetting() === "OFF" ? [] : [0]);
});
