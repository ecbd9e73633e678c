// How the fatbin is made: the same everywhere and at any time, mistakes told in the compiler's own words.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { compileKernels } from "../../scripts/cuda/compile-kernels.mjs";
import { kernelSources, withIncludes } from "../../scripts/cuda/kernel-sources.mjs";
import { kernelsSetting, makeKernels } from "../../scripts/cuda/make-kernels.mjs";
import { fetchWheels } from "../../scripts/fetch-wheels.mjs";
import { runCaptured } from "../../scripts/setup/run-command.mjs";
import { kernelsIn } from "../../scripts/testing/cuda-kernels/inspect-fatbin.mjs";

const root = path.resolve(import.meta.dirname, "../..");
const native = path.join(root, "native");
const script = path.join(root, "scripts/cuda/make-kernels.mjs");

const folders: string[] = [];
function temporaryFolder(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "kernels-"));
  folders.push(folder);
  return folder;
}
afterEach(() => {
  for (const folder of folders.splice(0)) fs.rmSync(folder, { recursive: true });
});

/** A folder like native/ with these files. */
function nativeWith(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), text);
  }
  return folder;
}

const kernel = (body: string) => `extern "C" __global__ void fill(float* to, int n) { ${body} }\n`;
const FILL = kernel("if (threadIdx.x < n) to[threadIdx.x] = 1.0f;".replace("< n", "< unsigned(n)"));

describe("the same sources", () => {
  test("give the same bytes again, from another folder", async () => {
    const sources = kernelSources(native);
    const copy = nativeWith(
      Object.fromEntries(
        withIncludes(native, sources).map((file) => [file, fs.readFileSync(path.join(native, file), "utf8")]),
      ),
    );
    const fatbin = path.join(temporaryFolder(), "again.fatbin");
    await compileKernels({ native: copy, sources, scratch: temporaryFolder(), fatbin });
    expect(fs.readFileSync(fatbin).equals(fs.readFileSync(await makeKernels()))).toBe(true);
  });

  test("are made once, also by two builds at the same time", async () => {
    const folder = nativeWith({ "fill/fill_cuda.cu": `// ${process.pid} ${Date.now()}\n${FILL}` });
    const outputs = [0, 1].map(() => path.join(temporaryFolder(), "out.fatbin"));
    const runs = await Promise.all(
      outputs.map((output) => runCaptured(process.execPath, [script, folder, output])),
    );
    expect(runs.map(({ output }) => output)).toEqual(["", ""]);
    const [first, second] = outputs.map((output) => fs.readFileSync(output));
    expect(second?.equals(first ?? Buffer.of())).toBe(true);
    const made = await makeKernels(folder);
    const { mtimeMs } = fs.statSync(made);
    expect(fs.statSync(await makeKernels(folder)).mtimeMs).toBe(mtimeMs);
    fs.rmSync(made);
    expect(fs.readdirSync(path.dirname(made)).filter((name) => name.includes("making-"))).toEqual([]);
  });

  test("are those of a header that is included by an included one, too", async () => {
    const files = {
      "fill/fill_cuda.cu": '#include "fill/outer.h"\n',
      "fill/outer.h": '  # include "core/inner.h"\n',
      "core/inner.h": FILL,
      "core/other.h": "",
    };
    const folder = nativeWith(files);
    expect(withIncludes(folder, kernelSources(folder))).toEqual([
      "core/inner.h",
      "fill/fill_cuda.cu",
      "fill/outer.h",
    ]);
  });
});

describe("what a compiler says reaches the person, with ways on", () => {
  const failureOf = async (text: string) => {
    const folder = nativeWith({ "fill/fill_cuda.cu": text });
    const { code, output } = await runCaptured(process.execPath, [script, folder, path.join(folder, "out")]);
    expect(code).toBe(1);
    expect(output).toContain("DEEPLAB_CUDA_KERNELS=OFF");
    return output;
  };

  test("a mistake: all of them, with their lines", async () => {
    const output = await failureOf(kernel("\n  to[0] = first_mistake;\n  to[1] = second_mistake;\n"));
    expect(output).toContain('fill_cuda.cu(2): error: identifier "first_mistake" is undefined');
    expect(output).toContain('fill_cuda.cu(3): error: identifier "second_mistake" is undefined');
  });

  test("a warning, which fails: the compiler is pinned, so it is always there", async () => {
    const output = await failureOf(kernel("int unused; to[0] = 1.0f;"));
    expect(output).toContain('warning #177-D: variable "unused" was declared but never referenced');
  });

  test("no kernel at all", async () => {
    const folder = nativeWith({ "fill/fill.h": "" });
    await expect(makeKernels(folder)).rejects.toThrow(`No kernel source (*_cuda.cu) was found in ${folder}`);
  });
});

test("spills are seen where there are any", async () => {
  const values = "float v[64]; for (int i = 0; i < 64; ++i) v[i] = to[i * n]; __syncthreads();";
  const use = "for (int i = 0; i < 64; ++i) to[i * n + 1] = v[63 - i] * v[i];";
  const native = nativeWith({ "fill/fill_cuda.cu": kernel(`${values} ${use}`) });
  const [scratch, output] = [temporaryFolder(), temporaryFolder()];
  const fatbin = path.join(output, "spilling.fatbin");
  const sources = ["fill/fill_cuda.cu"];
  await compileKernels({ native, sources, scratch, fatbin, extraOptions: ["--maxrregcount=32"] });
  const [oldest] = await kernelsIn(fatbin);
  expect(oldest).toMatchObject({ arch: "sm_75", kernel: "fill", registers: 32 });
  expect(oldest?.parameters).toEqual([
    { offset: 0, size: 8 },
    { offset: 8, size: 4 },
  ]);
  expect(oldest?.stack).toBeGreaterThan(0);
  expect(oldest?.spills).toBeGreaterThan(0);
});

describe("DEEPLAB_CUDA_KERNELS", () => {
  test.each([
    ["", "linux", "ON"],
    ["", "darwin", "OFF"],
    ["off", "linux", "OFF"],
    ["0", "linux", "OFF"],
    ["ON", "win32", "ON"],
  ])("“%s” on %s is %s", (value, platform, setting) => {
    expect(kernelsSetting(value, platform)).toBe(setting);
  });

  test("a file is told by its content, so that another one is built in", () => {
    const file = path.join(nativeWith({ "my.fatbin": "one" }), "my.fatbin");
    const before = kernelsSetting(file);
    fs.writeFileSync(file, "two");
    expect(kernelsSetting(file)).not.toBe(before);
  });

  test("anything else is refused", () => {
    expect(() => kernelsSetting("maybe")).toThrow("expected ON, OFF or the path of a fatbin, found “maybe”");
  });
});

describe("wheels", () => {
  const set = (name: string, version: string) => ({
    folder: "no-such-wheels",
    wanted: ["nothing"],
    wheels: [{ name, version, sha256: ["0".repeat(64)] }],
  });
  const leftBehind = () =>
    fs.readdirSync(path.join(root, "build/third-party")).filter((name) => name.startsWith("no-such-wheels"));
  afterEach(() => {
    delete process.env.PIP_NO_INDEX;
  });

  test("that are not to be had: told in pip's words, and nothing is left behind", async () => {
    process.env.PIP_NO_INDEX = "1"; // as without a network
    await expect(fetchWheels(set("deeplab-rt-no-such-wheel", "1.0"))).rejects.toThrow(
      /no-such-wheels could not be fetched\. pip says:\n[\s\S]*No matching distribution found/,
    );
    expect(leftBehind()).toEqual([]);
  });

  test("whose bytes are not those that were pinned: refused", async () => {
    await expect(fetchWheels(set("nvidia-cuda-cuobjdump", "13.2.86"))).rejects.toThrow(
      /DO NOT MATCH THE HASHES[\s\S]*Expected sha256 0000/,
    );
    expect(leftBehind()).toEqual([]);
  });
});
