// Writes a C++ header with a class for each interface of TensorRT's that the double implements: every method of it, as
// one that says in the log that the double has none. What the double has overrides them. Made from NVIDIA's own header,
// so that no slot of a table is ours to get wrong.
//   node default-methods.mjs <NvInferImpl.h> <header to write> VRuntime VCudaEngine …
import fs from "node:fs";

const [from, to, ...names] = process.argv.slice(2);
const source = fs
  .readFileSync(from, "utf8")
  .replace(/^#if ENABLE_FEATURE[\s\S]*?^#endif.*$/gm, "")
  .replace(/\/\/.*$/gm, "");

const METHOD =
  /^(?:TRT_NODISCARD\s+)?virtual\s+(?<result>.+?[\s*&])(?<name>\w+)\((?<parameters>[\s\S]*)\)(?<qualifier>\s+const)?\s+noexcept\s*=\s*0$/;

function bodyOf(name) {
  const found = new RegExp(`^class ${name} : public VRoot\\n{\\npublic:\\n([\\s\\S]*?)^};`, "m").exec(source);
  if (found === null) throw new Error(`${from} has no class ${name}`);
  return found[1];
}

function methodOf(owner, declaration) {
  const found = METHOD.exec(declaration);
  if (found === null) throw new Error(`${owner} has what is no method: ${declaration}`);
  const { result, name, parameters, qualifier = "" } = found.groups;
  const type = result.trim();
  const signature = `${type} ${name}(${parameters.replace(/\s+/g, " ")})${qualifier} noexcept override`;
  return `  ${signature} { return Skipped<${type}>("${owner}::${name}"); }`;
}

function classOf(name) {
  const methods = bodyOf(name)
    .split(";")
    .map((text) => text.trim())
    .filter((text) => text !== "")
    .map((text) => methodOf(name, text));
  return [`class ${name.slice(1)}Defaults : public nvinfer1::apiv::${name} {`, " public:", ...methods, "};"];
}

const lines = [
  "// Made by test/doubles/tensorrt/default-methods.mjs.",
  "#pragma once",
  '#include "skipped.h"',
  "namespace deeplab::doubles::trt {",
  "using namespace nvinfer1;",
  ...names.flatMap(classOf),
  "}",
];
fs.writeFileSync(to, `${lines.join("\n")}\n`);
