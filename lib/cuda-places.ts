// Where NVIDIA's driver may lie. It comes with the system's driver package, never with a program, so the system's own
// search is the one place beside those that are named explicitly.

import { namedCandidate } from "./named-library.js";
import type { NativeLibraryCandidate } from "./native.js";

/** What decides the places; tests bring one of their own. */
interface Machine {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The driver's own name; no other platform has one. */
const driverNames: Partial<Record<NodeJS.Platform, string>> = { linux: "libcuda.so.1", win32: "nvcuda.dll" };

/**
 * Places to look for the driver: the option alone, or `DEEPLAB_RT_CUDA` alone, or the system's own search.
 * @param option `runtime.cuda`: a file path, or a bare file name for the system's own search.
 */
export function cudaCandidates(option?: string, machine: Machine = process): NativeLibraryCandidate[] {
  const named = namedCandidate("cuda", option, machine.env);
  if (named !== undefined) return [named];
  const name = driverNames[machine.platform];
  return name === undefined ? [] : [{ library: "cuda", origin: "the system's search", path: name }];
}
