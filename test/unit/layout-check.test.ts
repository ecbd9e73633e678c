// The layout check judged by small trees that break one rule each.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { checkTree } from "../../scripts/layout/check-tree.mjs";
import { cppFunctions } from "../../scripts/layout/cpp-functions.mjs";
import { tsFunctions } from "../../scripts/layout/ts-functions.mjs";

const trees: string[] = [];

function problemsOf(files: Record<string, string>): string[] {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), "layout-"));
  trees.push(root);
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.join(root, path.dirname(name)), { recursive: true });
    fs.writeFileSync(path.join(root, name), text);
  }
  return checkTree(root).flatMap(({ file, problems }) =>
    problems.map(({ line, message }) => `${file}:${line} ${message}`),
  );
}

afterEach(() => {
  for (const root of trees.splice(0)) fs.rmSync(root, { recursive: true });
});

describe("borders of lib/", () => {
  test.each([
    ['import { loadAddon } from "./addon-loader.js";', "only lib/native.ts imports the addon loader"],
    ['const a = await import("./addon-loader.js");', "only lib/native.ts imports the addon loader"],
    ['export { loadAddon } from "../lib/addon-loader.js";', "only lib/native.ts imports the addon loader"],
    ['import build from "node-gyp-build";', "only lib/addon-loader.ts may use node-gyp-build"],
    ['const addon = require("../build/Release/deeplab_rt.node");', "may load a .node file"],
    ["process.dlopen(module, file);", "may load a .node file"],
  ])("%s is found in another file", (code, message) => {
    expect(problemsOf({ "lib/model.ts": `${code}\n` })).toEqual([expect.stringContaining(message)]);
  });

  test("the border itself may do all of it", () => {
    const loader = 'import load from "node-gyp-build";\nprocess.dlopen(module, "x.node");\n';
    const native = 'import { loadAddon } from "./addon-loader.js";\n';
    expect(problemsOf({ "lib/addon-loader.ts": loader, "lib/native.ts": native })).toEqual([]);
  });

  test("a mention in a comment or a string is no import", () => {
    expect(
      problemsOf({ "lib/a.ts": '// see ./addon-loader.js\nexport const hint = "node-gyp-build";\n' }),
    ).toEqual([]);
  });
});

describe("borders of native/", () => {
  test.each([
    [
      "native/core/x.h",
      "#include <napi.h>",
      "only native/addon may use Node-API; this names #include <napi.h>",
    ],
    ["native/pipeline/x.cc", "Napi::Env env;", "only native/addon may use Node-API"],
    [
      "native/pipeline/x.cc",
      "OrtApi* api;",
      "only native/infer may name an inference library; this names OrtApi",
    ],
    ["native/addon/x.cc", 'auto name = "onnxruntime";', "only native/infer may name an inference library"],
    [
      "native/pipeline/x.cc",
      '#include "infer/ort_session.h"',
      "only native/infer may name an inference library",
    ],
    ["native/infer/ort_x.cc", "cudaMalloc(&p, 1);", "may name CUDA; this names cudaMalloc"],
    ["native/preprocess/x_cpu.cc", "cuMemAlloc(&p, 1);", "may name CUDA; this names cuMemAlloc"],
    ["native/core/x.h", "#include <cuda_runtime.h>", "may name CUDA"],
    ["native/core/x.h", '#include "plan/taps.h"', "native/core may not include plan/taps.h"],
    [
      "native/preprocess/x.cc",
      '#include "postprocess/x.h"',
      "native/preprocess may not include postprocess/x.h",
    ],
    ["native/infer/x.cc", '#include "pipeline/model.h"', "native/infer may not include pipeline/model.h"],
    ["native/core/x.h", "using namespace std;", "no “using namespace” in a header"],
    ["native/misc/x.h", "int x;", "native/misc is not a folder of docs/architecture.md"],
  ])("%s with %s breaks a rule", (file, code, message) => {
    expect(problemsOf({ [file]: `// One line.\n${code}\n` })).toEqual([expect.stringContaining(message)]);
  });

  test.each([
    ["native/addon/x.cc", '#include <napi.h>\n#include "pipeline/model.h"\nNapi::Value v;'],
    ["native/infer/ort_x.cc", '#include "core/error.h"\nOrtApi* api = nullptr;'],
    ["native/preprocess/preprocess_cuda.cu", "cuMemAlloc(&p, 1);"],
    ["native/core/x.cc", "// like OrtApi, cudaMalloc and <napi.h>\nusing namespace std;"],
    ["native/core/x.cc", "int cut = 1, current = 2, cursor = 3, sort_x = 4;"],
  ])("%s may hold its own names", (file, code) => {
    expect(problemsOf({ [file]: `${code}\n` })).toEqual([]);
  });
});

describe("sizes", () => {
  const lines = (count: number, text: string) => `${text}\n`.repeat(count);

  test("a file of 400 lines passes, of 401 does not", () => {
    expect(problemsOf({ "lib/a.ts": lines(400, "//") })).toEqual([]);
    expect(problemsOf({ "lib/a.ts": lines(401, "//") })).toEqual([
      "lib/a.ts:1 the file has 401 lines, the limit of a file is 400",
    ]);
  });

  test("a C++ function over 100 lines is named with its line", () => {
    const source = `namespace a {\n\nint Long(int x) {\n${lines(99, "  ++x;")}}\n}\n`;
    expect(problemsOf({ "native/core/a.cc": source })).toEqual([
      "native/core/a.cc:3 Long has 101 lines, the limit of a function is 100",
    ]);
  });

  test("a TypeScript method over 100 lines is named; a describe() body is not a function", () => {
    const method = `class A {\n  run() {\n${lines(100, "    f();")}  }\n}\n`;
    expect(problemsOf({ "lib/a.ts": method })).toEqual([
      "lib/a.ts:2 run has 102 lines, the limit of a function is 100",
    ]);
    expect(problemsOf({ "test/a.test.ts": `describe("x", () => {\n${lines(100, "f();")}});\n` })).toEqual([]);
  });
});

describe("the C++ scanner", () => {
  const names = (source: string) => cppFunctions(source).map(({ name, lines }) => `${name} ${lines}`);

  test("sees constructors with member lists, operators, templates and lambdas inside", () => {
    const source = `
struct A final : B {
  A(int x) noexcept : x_{x}, y_(x) {
    f();
  }
  bool operator==(const A& o) const { return x_ == o.x_; }
  template <typename F>
  auto each(F f) const -> decltype(f(1)) {
    auto g = [&](int i) { return f(i); };
    return g(1);
  }
  int x_ = {1};
};
const int kTable[] = {
  1,
  2,
};
TEST(Suite, Case) {
  if (true) { f(); }
}
`;
    expect(names(source)).toEqual(["A 3", "operator== 1", "each 5", "TEST 3"]);
  });

  test("braces in comments, strings, characters and macros do not count", () => {
    const source = `
#define OPEN {  \\
  {
void F() {
  // {
  const char* s = "{{";
  char c = '{';
  const char* r = R"x({ " {)x";
  int big = 1'000'000;
}
void G(int a = {}) {}
`;
    expect(names(source)).toEqual(["F 7", "G 1"]);
  });
});

test("the TypeScript scanner names functions by their variable, method or call", () => {
  const source =
    "const a = () => 1;\nclass B {\n  get c() {\n    return 1;\n  }\n}\ntest('x', () => {\n});\n";
  expect(tsFunctions(source, "x.ts").map(({ name, lines }) => `${name} ${lines}`)).toEqual([
    "a 1",
    "c 3",
    "test(…) 2",
  ]);
});
