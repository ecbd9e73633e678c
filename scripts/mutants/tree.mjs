// The copy of native/ that mutants are made in, and its incremental build.

import fs from "node:fs";
import path from "node:path";
import { kernelsSetting, makeKernels } from "../cuda/make-kernels.mjs";
import { BUILD, inRoot } from "../setup/paths.mjs";
import { runCaptured } from "../setup/run-command.mjs";

const folder = path.join(BUILD, "mutants");
const tree = path.join(folder, "tree");
const out = path.join(folder, "out");

/** The addon that `build` makes. */
export const mutantAddon = path.join(out, "deeplab_rt.node");

/** The C++ tests that `build` makes. */
export const mutantTests = path.join(out, "deeplab_native_tests");

/** A file of the copy. */
export const inTree = (file) => path.join(tree, file);

/** Copies what differs; files that are equal keep their time, so that only changes are compiled again. */
function copyChanged(name) {
  const [from, to] = [inRoot(name), inTree(name)];
  if (fs.statSync(from).isDirectory()) {
    fs.mkdirSync(to, { recursive: true });
    const names = fs.readdirSync(from);
    for (const gone of fs.readdirSync(to).filter((old) => !names.includes(old))) {
      fs.rmSync(path.join(to, gone), { recursive: true });
    }
    for (const inner of names) copyChanged(path.join(name, inner));
    return;
  }
  const bytes = fs.readFileSync(from);
  if (!fs.existsSync(to) || !bytes.equals(fs.readFileSync(to))) fs.writeFileSync(to, bytes);
}

/**
 * The unchanged fatbin: mutants of CUDA kernels are noticed where the kernels run on the host. What the environment
 * says otherwise holds for the copy as well.
 */
async function kernelsDefinition() {
  if (kernelsSetting() !== "ON") return [];
  return [`-DDEEPLAB_CUDA_KERNELS=${await makeKernels()}`];
}

/** Makes the copy equal to the checkout and configures its build of these C++ tests: quick to compile, not to run. */
export async function prepareTree(testFiles) {
  fs.mkdirSync(tree, { recursive: true });
  for (const name of [
    "native",
    "test/native",
    "test/doubles",
    "test/fixtures",
    "CMakeLists.txt",
    "package.json",
  ])
    copyChanged(name);
  // Where the C++ tests find ONNX Runtime.
  if (!fs.existsSync(inTree("node_modules")))
    fs.symlinkSync(inRoot("node_modules"), inTree("node_modules"), "dir");
  const definitions = [
    "-DDEEPLAB_BUILD_TESTS=ON",
    `-DDEEPLAB_TEST_FILES=${testFiles.join(";")}`,
    "-DCMAKE_BUILD_TYPE=Debug",
    "-DCMAKE_CXX_FLAGS_DEBUG=-O1",
    ...(await kernelsDefinition()),
  ];
  const { code, output } = await runCaptured("cmake", ["-S", tree, "-B", out, ...definitions]);
  if (code !== 0) throw new Error(`cmake could not configure the mutants:\n${output}`);
}

/** Builds the copy as it is; what the compiler said, or null where it worked. */
export async function buildTree(target = "deeplab_rt") {
  const { code, output } = await runCaptured("cmake", ["--build", out, "--target", target, "-j", "2"]);
  return code === 0 ? null : output;
}
