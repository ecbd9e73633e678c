// Which of a folder's weights a package is run from.

import path from "node:path";
import { backendNotYet } from "../options.js";
import { hasFile, missingFile, packageFiles } from "./files.js";

/** Which kind of weights a package is run from. */
export type PackageFormat = "onnx" | "trt";

/** The file of each format. */
export const weightsFiles: Readonly<Record<PackageFormat, string>> = {
  onnx: packageFiles.onnxWeights,
  trt: packageFiles.tensorRtEngine,
};

/**
 * The format that a folder is opened as. `"auto"` takes weights.onnx, whatever else lies beside it: it runs everywhere,
 * an engine only on the kind of GPU it was built for. An engine is taken where it is all there is.
 * @throws DeepLabError PACKAGE_MISSING_FILE, PACKAGE_UNREADABLE, BACKEND_UNAVAILABLE
 */
export async function findFormat(folder: string, backend: "auto" | PackageFormat): Promise<PackageFormat> {
  const formats = backend === "auto" ? (["onnx", "trt"] as const) : [backend];
  for (const format of formats) {
    if (await hasFile(folder, weightsFiles[format])) return format;
  }
  // An engine can be built of it.
  if (backend === "trt" && (await hasFile(folder, packageFiles.onnxWeights))) return "onnx";
  if (backend === "auto" && (await hasFile(folder, packageFiles.torchWeights))) {
    throw backendNotYet("torch", `${folder} holds ${packageFiles.torchWeights} and no weights.onnx`);
  }
  throw missingFile(path.join(folder, weightsFiles[backend === "auto" ? "onnx" : backend]));
}
