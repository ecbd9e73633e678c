// NVIDIA's own cuda.h, of the oldest and the newest CUDA that our declarations must agree with. Fetched for tests
// only: its licence lets nobody hand it on.
import path from "node:path";
import { fetchWheels } from "../../fetch-wheels.mjs";
import { inRoot } from "../../setup/paths.mjs";
import { runCaptured } from "../../setup/run-command.mjs";

/** The version of CUDA → its wheel (SHA-256 for x64 and arm64), and where the header lies in it. */
const HEADERS = {
  12.6: {
    name: "nvidia-cuda-runtime-cu12",
    version: "12.6.77",
    sha256: [
      "ba3b56a4f896141e25e19ab287cd71e52a6a0f4b29d0d31609f60e3b4d5219b7",
      "d461264ecb429c84c8879a7153499ddc7b19b5f8d84c204307491989a365588e",
    ],
    file: "nvidia/cuda_runtime/include/cuda.h",
  },
  "13.0": {
    name: "nvidia-cuda-runtime",
    version: "13.0.96",
    sha256: [
      "7f82250d7782aa23b6cfe765ecc7db554bd3c2870c43f3d1821f1d18aebf0548",
      "ef9bcbe90493a2b9d810e43d249adb3d02e98dd30200d86607d8d02687c43f55",
    ],
    file: "nvidia/cu13/include/cuda.h",
  },
};

/** The versions of CUDA that there is a header of. */
export const headerVersions = Object.keys(HEADERS);

/** Fetches the header of that version where it is absent; resolves to the folder that it lies in. */
export async function fetchDriverHeader(version) {
  const { file, ...wheel } = HEADERS[version];
  const set = { folder: `cuda-header-${wheel.version}`, wanted: [file], wheels: [wheel] };
  return path.dirname(path.join(await fetchWheels(set), file));
}

/** What the build machine's C++ compiler says of our declarations, in `native`, against that header. */
export async function compareWithHeader(version, native) {
  const header = await fetchDriverHeader(version);
  const includes = ["-I", native, "-isystem", header];
  const unit = inRoot("test/native/abi/cuda_driver_abi.cc");
  return runCaptured("c++", [
    "-std=c++17",
    "-fsyntax-only",
    "-Wall",
    "-Wextra",
    "-Wpedantic",
    ...includes,
    unit,
  ]);
}
