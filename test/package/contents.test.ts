// What is in the tarball, and what its binaries ask of a system.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { beyondCeiling, CEILING, highestVersions } from "../../scripts/prebuild/symbol-ceiling.mjs";
import { type Packed, pack, root } from "./commands.js";

const platform = `prebuilds/${process.platform}-${process.arch}`;
const addon = path.join(root, platform, "deeplab-rt.glibc.node");
const library = path.join(root, platform, "libdeeplab-onnxruntime.so.1");

let folder: string;
let packed: Packed;
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "packed-"));
  packed = pack(folder);
  const mib = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  console.log(
    `tarball ${mib(packed.size)}, unpacked ${mib(packed.unpackedSize)}, ${packed.files.length} files`,
  );
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

function dynamicSection(file: string): string {
  return execFileSync("readelf", ["-d", file], { encoding: "utf8" });
}

describe("the tarball", () => {
  test.each([
    "package.json",
    "README.md",
    "LICENSE",
    "THIRD_PARTY.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "docs/architecture.md",
    "docs/reference-differences.md",
    "docs/api/README.md",
    "docs/errors.md",
    "examples/README.md",
    "examples/road-scenes.mjs",
    "docs/api/classes/SemanticSegmentationModel.md",
    "licenses/onnxruntime/LICENSE",
    "licenses/onnxruntime/ThirdPartyNotices.txt",
    "dist/index.js",
    "dist/index.mjs",
    "dist/index.d.ts",
    "dist/index.d.mts",
    "dist/cli/main.js",
    `${platform}/deeplab-rt.glibc.node`,
    `${platform}/libdeeplab-onnxruntime.so.1`,
    "models/sample/weights.onnx",
    "models/sample/inference_config.json",
    "models/sample/class_names.txt",
  ])("holds %s", (file) => {
    expect(packed.files).toContain(file);
  });

  test("holds three sample pictures", () => {
    expect(
      packed.files.filter((file) => /^assets\/samples\/.*\.(jpg|png)$/.test(file)).length,
    ).toBeGreaterThanOrEqual(3);
  });

  test("holds nothing else: no source, no test, no build folder, no source map", () => {
    const known = [
      /^(package\.json|LICENSE|(README|THIRD_PARTY|CHANGELOG|CONTRIBUTING|SECURITY)\.md)$/,
      /^docs\/([\w-]+\.md|images\/[\w-]+\.(jpg|png|svg)|api\/([\w-]+\/)?\w+\.md)$/,
      /^examples\/(README\.md|[\w-]+\.mjs)$/,
      /^licenses\/onnxruntime\//,
      /^dist\/(?!.*\.map$).*\.(js|mjs|d\.ts|d\.mts)$/,
      new RegExp(`^${platform}/(deeplab-rt\\.glibc\\.node|libdeeplab-onnxruntime\\.so\\.1|build\\.json)$`),
      /^prebuilds\/README\.md$/,
      /^models\/sample\/[\w.]+$/,
      /^assets\/samples\/[\w.-]+$/,
    ];
    expect(packed.files.filter((file) => !known.some((pattern) => pattern.test(file)))).toEqual([]);
  });

  test("holds every file of it that the README shows or points to", () => {
    const text = fs.readFileSync(path.join(root, "README.md"), "utf8");
    const targets = [...text.matchAll(/\]\(([^)#\s]+)/g)].map((match) => match[1] ?? "");
    const own = targets.filter((target) => !/^(https?|mailto):/.test(target));
    expect(own.length).toBeGreaterThan(3);
    expect(own.filter((target) => !packed.files.includes(target.replace(/^\.\//, "")))).toEqual([]);
  });

  test("every file of dist has a source in lib", () => {
    const wrapper = ["dist/index.mjs", "dist/index.d.mts"];
    const orphans = packed.files
      .filter((file) => file.startsWith("dist/") && !wrapper.includes(file))
      .filter(
        (file) =>
          !fs.existsSync(path.join(root, file.replace(/^dist/, "lib").replace(/(\.d\.ts|\.js)$/, ".ts"))),
      );
    expect(orphans).toEqual([]);
  });

  test("runs no script when it is installed", () => {
    const { scripts } = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8"));
    expect(Object.keys(scripts)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(pre|post)?install$/)]),
    );
    expect(scripts).not.toHaveProperty("prepare");
  });
});

describe.each([
  ["the addon", addon],
  ["the shipped ONNX Runtime", library],
])("%s", (_, file) => {
  test("asks for no newer C and C++ library than supported systems have", () => {
    const versions = highestVersions(execFileSync("objdump", ["-T", file], { encoding: "utf8" }));
    expect(Object.keys(versions).sort()).toEqual(Object.keys(CEILING).sort());
    expect(beyondCeiling(file)).toEqual([]);
  });

  test("would not pass if the systems were older", () => {
    const old = { GLIBC: "2.4", GLIBCXX: "3.4.9", CXXABI: "1.3.1" };
    expect(beyondCeiling(file, old)).toHaveLength(3);
  });
});

describe("the addon", () => {
  test("links the C and C++ runtime and no vendor library", () => {
    const needed = [...dynamicSection(addon).matchAll(/NEEDED.*\[(.+)\]/g)].map((match) => match[1]);
    const runtime = /^(libstdc\+\+|libm|libgcc_s|libc|libdl|libpthread|ld-linux[\w-]*)\.so\.\d+$/;
    expect(needed.filter((name) => !runtime.test(name ?? ""))).toEqual([]);
  });

  test("exports only what Node-API asks for", () => {
    const symbols = execFileSync("nm", ["-D", "--defined-only", addon], { encoding: "utf8" });
    const exported = symbols
      .trim()
      .split("\n")
      .map((line) => line.split(/\s+/).at(-1));
    expect(exported.sort()).toEqual(["napi_register_module_v1", "node_api_module_get_api_version_v1"]);
  });

  test("is stripped", () => {
    expect(execFileSync("readelf", ["-S", addon], { encoding: "utf8" })).not.toContain(".symtab");
  });
});

describe("the shipped ONNX Runtime", () => {
  test("has a SONAME of its own, so that it never stands in for another copy", () => {
    expect(dynamicSection(library)).toMatch(/SONAME.*\[libdeeplab-onnxruntime\.so\.1\]/);
  });

  test("is the version that THIRD_PARTY.md names", () => {
    const { onnxruntime } = JSON.parse(fs.readFileSync(path.join(root, platform, "build.json"), "utf8"));
    expect(fs.readFileSync(path.join(root, "THIRD_PARTY.md"), "utf8")).toContain(
      `${onnxruntime}, Copyright (c) Microsoft`,
    );
  });
});
