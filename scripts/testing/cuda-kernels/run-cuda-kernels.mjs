// The suite of the compiled CUDA kernels: needs NVIDIA's compilers, but no GPU.
import { canCompileKernels } from "../../cuda/toolkit.mjs";
import { toolSkip } from "../result.mjs";
import { runVitest } from "../run-vitest.mjs";

/** Runs test/cuda-kernels but for the files of `exclude`. */
export async function runCudaKernels(exclude) {
  if (!canCompileKernels()) return toolSkip("CUDA kernels", "NVIDIA's compiler for this system");
  return runVitest("cuda-kernels", ["test/cuda-kernels"], { exclude });
}
