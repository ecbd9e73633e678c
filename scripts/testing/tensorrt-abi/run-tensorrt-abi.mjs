// The suite of TensorRT's interface: needs a compiler and what fetches NVIDIA's headers, but no TensorRT.
import { hasCargo } from "../../fetch-crate.mjs";
import { toolSkip } from "../result.mjs";
import { runVitest } from "../run-vitest.mjs";

/** Runs test/tensorrt-abi but for the files of `exclude`. */
export async function runTensorrtAbi(exclude) {
  if (process.platform === "win32")
    return toolSkip("TensorRT's interface", "a compiler of the Itanium C++ ABI");
  if (!hasCargo()) return toolSkip("TensorRT's interface", "cargo");
  return runVitest("tensorrt-abi", ["test/tensorrt-abi"], { exclude });
}
