// A clone without Git LFS holds small text files in the place of weights: said plainly, instead of ONNX
// Runtime's "protobuf parsing failed".

import { DeepLabError } from "../errors.js";

const firstLine = "version https://git-lfs";

/**
 * Refuses a Git LFS pointer as weights.
 * @param weights The file, or at least its first bytes.
 * @param size Bytes of the file.
 * @throws DeepLabError PACKAGE_WEIGHTS_INVALID
 */
export function checkLfsPointer(weights: Uint8Array, file: string, size = weights.length): void {
  if (Buffer.from(weights.subarray(0, firstLine.length)).toString("latin1") !== firstLine) return;
  throw new DeepLabError(
    "PACKAGE_WEIGHTS_INVALID",
    `${file} is a Git LFS pointer of ${size} bytes, not the network itself.`,
    {
      detail: { file, size, found: "Git LFS pointer" },
      hint: 'run "git lfs install" and "git lfs pull" in the clone the package comes from, or copy the real file.',
    },
  );
}
