// The doubles of NVIDIA's libraries (test/doubles), built where they are absent or older than their sources.
import fs from "node:fs";
import path from "node:path";
import { inRoot } from "../setup/paths.mjs";
import { SetupError } from "../setup/setup-error.mjs";
import { contentHash, stampFits, writeStamp } from "../setup/stamp.mjs";
import { tensorrtHeaders } from "../tensorrt/headers.mjs";
import { cmakeBuild, plainTree } from "../testing/native-tests.mjs";

/** What the doubles are made of: the kernels' sources are the product's. */
const SOURCES = ["test/doubles", "native", "CMakeLists.txt", "scripts/tensorrt"];

/** Where a tree has the libraries; the TensorRT parser lies beside TensorRT, where it is looked for. */
function librariesOf(tree) {
  const doubles = path.join(tree, "test/doubles");
  return {
    cuda: path.join(doubles, "cuda/libcuda.so.1"),
    leaks: path.join(doubles, "cuda/deeplab_leaks.node"),
    tensorrt: path.join(doubles, "tensorrt/libnvinfer.so.10"),
    parser: path.join(doubles, "tensorrt/libnvonnxparser.so.10"),
    onnxruntime: path.join(doubles, "onnxruntime/libonnxruntime.so.1"),
  };
}

function requireLinux() {
  if (process.platform === "linux") return;
  throw new SetupError(`The doubles stand for Linux libraries, and this is ${process.platform}.`);
}

/** Makes sure that the doubles are those of these sources; resolves to their paths. */
export async function buildDoubles() {
  requireLinux();
  const tree = plainTree();
  const libraries = librariesOf(tree);
  const hash = contentHash(
    SOURCES.map((source) => inRoot(source)),
    [tree],
  );
  const present = Object.values(libraries).every((file) => fs.existsSync(file));
  if (present && stampFits("doubles", hash)) return libraries;
  await tensorrtHeaders(); // before CMake looks for them
  const problem = await cmakeBuild(tree, { DEEPLAB_BUILD_TESTS: "ON" }, "deeplab_doubles");
  if (problem !== null) throw new SetupError(`The doubles cannot be built:\n${problem}`);
  writeStamp("doubles", hash);
  return libraries;
}
