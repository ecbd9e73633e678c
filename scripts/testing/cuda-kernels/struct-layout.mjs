// Where each member of the structs that kernels are given lies, by the host's compiler and by NVRTC. Both compile the
// same headers, but each has its own idea of alignment: one that differed would make a kernel read the wrong words.
import fs from "node:fs";
import path from "node:path";
import { kernelTools } from "../../cuda/kernel-tools.mjs";
import { fetchTool } from "../../cuda/toolkit.mjs";
import { inRoot } from "../../setup/paths.mjs";
import { outputOf } from "../../setup/run-command.mjs";

const native = inRoot("native");

const withoutComments = (text) => text.replace(/\/\/.*$/gm, "");

/** The names that `float a, b[3]` declares. */
const declared = (declaration) =>
  [...declaration.matchAll(/(\w+)\s*(?:\[[^\]]*\]\s*)*(?=,|$)/g)].map(([, name]) => name);

/** `[{ struct, members }]` of a header, by its text: plain structs, one after another. */
export function structsOf(text) {
  const struct = /^struct (\w+) \{\n([\s\S]*?)^\};/gm;
  return [...withoutComments(text).matchAll(struct)].map(([, name, body]) => ({
    struct: name,
    members: body.split(";").flatMap((declaration) => declared(declaration.trim())),
  }));
}

/** Header → its namespace and structs. */
function readHeader(header) {
  const text = fs.readFileSync(path.join(native, header), "utf8");
  return { header, namespace: /^namespace ([\w:]+) \{/m.exec(text)[1], structs: structsOf(text) };
}

/** What is asked, in the order of the numbers: `preprocess::CudaImage.pixels`, or a struct's own size. */
function questionsOf({ namespace, structs }) {
  return structs.flatMap(({ struct, members }) => {
    const name = `${namespace}::${struct}`;
    const size = { what: `${name}, size`, value: `sizeof(${name})` };
    return [
      size,
      ...members.map((member) => ({ what: `${name}.${member}`, value: `offsetof(${name}, ${member})` })),
    ];
  });
}

async function byHost(includes, list, folder) {
  const source = path.join(folder, "layout.cc");
  const program = path.join(folder, "layout");
  const main = `int main() { for (size_t n : {${list}}) std::printf("%zu ", n); }`;
  fs.writeFileSync(source, `#include <cstdio>\n#include <initializer_list>\n${includes}${main}\n`);
  await outputOf("c++", ["-std=c++17", "-Wno-invalid-offsetof", "-I", native, source, "-o", program]);
  return (await outputOf(program, [])).trim().split(" ").map(Number);
}

/** What the PTX says that `layout` begins as: bytes, of which zeros at the end are left out. */
function initialWords(ptx) {
  const [, size, list] = /\.b8 layout\[(\d+)\] = \{([^}]*)\}/.exec(ptx);
  const bytes = Buffer.alloc(Number(size));
  bytes.set(list.split(",").map(Number));
  return Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readUInt32LE(4 * i));
}

async function byDevice(includes, list, folder) {
  const source = path.join(folder, "layout.cu");
  fs.writeFileSync(source, `${includes}extern "C" __device__ unsigned layout[] = {${list}};\n`);
  const { nvrtcCompile } = await kernelTools();
  const paths = [native, inRoot("scripts/cuda/nvrtc-headers")].map((include) => `--include-path=${include}`);
  const options = ["--std=c++17", "-default-device", ...paths];
  await outputOf(nvrtcCompile, [await fetchTool("nvrtc"), source, folder, "compute_75", "--", ...options]);
  return initialWords(fs.readFileSync(path.join(folder, "compute_75.ptx"), "utf8"));
}

/**
 * Every struct of `headers` (paths in native/) and every member; `folder` is for what lies between.
 *
 * @param {string[]} headers
 * @param {string} folder
 * @returns {Promise<{what: string, host: number, device: number}[]>}
 */
export async function layoutsOf(headers, folder) {
  const questions = headers.map(readHeader).flatMap(questionsOf);
  const includes = ["#include <cstddef>\n", ...headers.map((header) => `#include "${header}"\n`)].join("");
  const list = questions.map(({ value }) => value).join(",\n");
  const [host, device] = [await byHost(includes, list, folder), await byDevice(includes, list, folder)];
  return questions.map(({ what }, i) => ({ what, host: host[i], device: device[i] }));
}
