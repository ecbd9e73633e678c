// Our declarations of TensorRT 10's C++ interface against NVIDIA's own: the true headers of 10.14 (the parser's of
// 10.15), compiled into one unit with ours, and the slots that programs built with 10.6, 10.12 and 10.15 call.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { abiReport, runAbiProgram } from "../../scripts/testing/tensorrt-abi/compile-abi.mjs";

const root = path.resolve(import.meta.dirname, "../..");
const native = path.join(root, "native");
const headers = ["types", "runtime", "build", "callbacks", "parser"].map((part) => `infer/trt_api_${part}.h`);

/** Our names of the tables → the classes that are documented. */
const classes: Readonly<Record<string, string>> = {
  HostMemoryMethods: "IHostMemory",
  RuntimeMethods: "IRuntime",
  EngineMethods: "ICudaEngine",
  ContextMethods: "IExecutionContext",
  TensorMethods: "ITensor",
  NetworkMethods: "INetworkDefinition",
  ProfileMethods: "IOptimizationProfile",
  TimingCacheMethods: "ITimingCache",
  BuilderConfigMethods: "IBuilderConfig",
  BuilderMethods: "IBuilder",
};

const report = await abiReport();
const slots = report.filter(({ kind }) => kind === "slot");
const titled = report.map((row) => ({
  ...row,
  title: [row.kind, row.owner, row.name].filter(Boolean).join(" "),
}));

describe("what we declare is what NVIDIA's headers declare", () => {
  test.each(titled)("$title", ({ own, vendor, sameType }) => {
    expect(own).toBe(vendor);
    expect(sameType, "of the same type").toBe(true);
  });
});

/** `[class, method]` of everything virtual in our headers but destructors and what fills unused slots. */
function declaredMethods(): string[] {
  return headers.flatMap((header) => {
    const text = fs.readFileSync(path.join(native, header), "utf8").replace(/\/\/.*$/gm, "");
    const bodies = text.matchAll(/^(?:struct|class) (\w+)[^;{]*\{([\s\S]*?)^\};/gm);
    return [...bodies].flatMap(([, owner, body = ""]) =>
      [...body.matchAll(/\bvirtual [^~;{]*?(\w+)\([^)]*\)/g)].map(([, method]) => `${owner}.${method}`),
    );
  });
}

test("every method that we declare is compared", () => {
  const compared = slots.map(({ owner, name }) => `${owner}.${name}`);
  const declared = declaredMethods();
  expect(declared.length).toBeGreaterThan(90);
  expect(declared.filter((method) => !compared.includes(method))).toEqual([]);
  expect(new Set(compared).size).toBeGreaterThan(90);
});

test("the parser and its errors are deleted, or never deleted, as NVIDIA's are", async () => {
  const text = fs.readFileSync(path.join(native, "infer/trt_api_parser.h"), "utf8");
  expect(slots.find(({ owner, name }) => owner === "IParser" && name === "clearErrors")?.vendor).toBe(7);
  expect(slots.find(({ owner, name }) => owner === "IParser" && name === "setFlags")?.vendor).toBe(11);
  expect(text).toMatch(/protected:\s+~IParserError\(\) = default;/);
});

test("no slot of an execution context is called that differs between releases", () => {
  const context = slots.filter(({ owner }) => owner === "ContextMethods");
  expect(Math.max(...context.map(({ own }) => own))).toBeLessThan(53);
});

// Read from the machine code of programs that NVIDIA's headers of these versions were compiled into: the JNI libraries
// of the Maven artifacts org.bytedeco:tensorrt 10.6-1.5.11, 10.12-1.5.12 and 10.15-1.5.13 (linux-x86_64). A wrapper that
// chooses between methods has several.
const released: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>> = JSON.parse(
  fs.readFileSync(path.join(import.meta.dirname, "released-slots.json"), "utf8"),
);

describe.each(Object.keys(released))("programs built with TensorRT %s", (version) => {
  const of = slots.filter(({ owner }) => owner in classes);

  test("call the slots that we call", () => {
    expect(of.length).toBeGreaterThan(70);
    const others = of.filter(
      ({ owner, name, own }) => !released[version]?.[`${classes[owner]}.${name}`]?.includes(own),
    );
    expect(others).toEqual([]);
  });
});

test("objects of each side work, and are deleted, in the hands of the other", async () => {
  expect((await runAbiProgram("callbacks")).trimEnd().split("\n")).toEqual([
    "log 2 careful",
    "logger destroyed",
    "IProgressMonitor 1.0 language 0",
    "start tactics of build, 3 steps",
    "step 1 of tactics",
    "step 2 of tactics",
    "goes on 1, ends 1",
    "finish tactics",
    "monitor destroyed",
    "4 bytes of plan",
    "implementation destroyed",
    "freed by its own allocator",
    "image 2: rank 8, last 1099511627776",
    "back: rank 8, last 1099511627776, valid 1",
  ]);
});

describe("a mistake in our declarations is seen", () => {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) fs.rmSync(folder, { recursive: true });
  });

  /** What differs when `was` in one of our headers reads `is`. */
  async function differencesWith(header: string, was: string, is: string): Promise<string[]> {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "tensorrt-mistake-"));
    folders.push(folder);
    fs.mkdirSync(path.join(folder, "infer"));
    for (const file of headers) fs.copyFileSync(path.join(native, file), path.join(folder, file));
    const file = path.join(folder, `infer/trt_api_${header}.h`);
    const text = fs.readFileSync(file, "utf8");
    expect(text).toContain(was);
    fs.writeFileSync(file, text.replace(was, is));
    const rows = await abiReport(folder);
    return rows
      .filter(({ own, vendor, sameType }) => own !== vendor || !sameType)
      .map(({ owner, name, own, vendor }) => `${owner}.${name} ${own - vendor}`);
  }

  test("a slot too few", async () => {
    const differences = await differencesWith("runtime", "DEEPLAB_TRT_SKIP3(46, 47, 48);", "");
    expect(differences).toEqual(["ContextMethods.setDeviceMemoryV2 -3"]);
  });

  test("two methods in the wrong order", async () => {
    const [set, get] = [
      "virtual void setType(DataType type) noexcept = 0;",
      "virtual DataType getType() const noexcept = 0;",
    ];
    const differences = await differencesWith("build", `${set}\n  ${get}`, `${get}\n  ${set}`);
    expect(differences).toEqual(["TensorMethods.setType 1", "TensorMethods.getType -1"]);
  });

  test("a parameter of another size", async () => {
    const differences = await differencesWith("runtime", "setMaxThreads(int32_t", "setMaxThreads(int64_t");
    expect(differences).toEqual(["RuntimeMethods.setMaxThreads 0"]);
  });

  test("a wrong value", async () => {
    const differences = await differencesWith("types", "kINT32, 3)", "kINT32, 4)");
    expect(differences).toEqual(["DataType.kInt32 1"]);
  });

  test("dimensions of the size that they had in TensorRT 8", async () => {
    const differences = await differencesWith("types", "int64_t size[kMaxDims];", "int32_t size[kMaxDims];");
    expect(differences).toContain("Dims. -36");
  });

  test("a callback without its version", async () => {
    const differences = await differencesWith(
      "callbacks",
      "  virtual ApiLanguage getAPILanguage() const noexcept { return ApiLanguage::kCpp; }\n  virtual InterfaceInfo getInterfaceInfo() const noexcept = 0;",
      "  virtual InterfaceInfo getInterfaceInfo() const noexcept = 0;\n  virtual ApiLanguage getAPILanguage() const noexcept { return ApiLanguage::kCpp; }",
    );
    expect(differences).toContain("IVersionedInterface.getInterfaceInfo -1");
  });
});
