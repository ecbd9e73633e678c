// TensorRT's lean library, the one real library of TensorRT that a package index has (46 MB), opened by the product's
// own code in a process of its own.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fetchWheels } from "../../fetch-wheels.mjs";
import { inRoot } from "../../setup/paths.mjs";
import { outputOf } from "../../setup/run-command.mjs";

const LEAN = {
  folder: "tensorrt-lean-10.16.1",
  wanted: ["tensorrt_lean_libs"],
  wheels: [
    {
      name: "tensorrt-lean-cu12-libs",
      version: "10.16.1.11",
      sha256: ["b472f89c55752ea35406b951da629f033e598a522bcb4e472e741c0f1f91eb58"],
    },
  ],
};

/** Whether the wheel is for this machine. */
export const hasLeanLibrary = () => process.platform === "linux" && process.arch === "x64";

/** The folder of `libnvinfer_lean.so.10` and what comes with it. */
export const fetchLeanLibrary = async () => path.join(await fetchWheels(LEAN), "tensorrt_lean_libs");

const SOURCES = [
  "test/tensorrt-abi/probe_library.cc",
  "native/infer/trt_library.cc",
  "native/infer/trt_log.cc",
  "native/infer/trt_version.cc",
  "native/core/error.cc",
  "native/core/library_candidate.cc",
  "native/core/log_hub.cc",
  "native/core/shared_library.cc",
];

/** What test/tensorrt-abi/probe_library.cc prints of the library `file`, by lines. */
export async function probeLibrary(file) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "tensorrt-probe-"));
  try {
    const program = path.join(folder, "probe");
    const options = ["-std=c++17", "-Wall", "-Wextra", "-I", inRoot("native"), "-pthread", "-ldl"];
    await outputOf("c++", [...SOURCES.map((source) => inRoot(source)), ...options, "-o", program]);
    return (await outputOf(program, [file])).trimEnd().split("\n");
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}
