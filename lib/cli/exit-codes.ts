// What the process says to a shell script.

import { DeepLabError, type ErrorCode } from "../errors.js";

/** Exit codes of every command. */
export const exitCodes = {
  ok: 0,
  /** Some pictures failed, or something unforeseen. */
  failed: 1,
  usage: 2,
  /** The package or its network. */
  package: 3,
  backendUnavailable: 4,
  interrupted: 130,
} as const;

const unavailable: readonly ErrorCode[] = [
  "BACKEND_UNAVAILABLE",
  "BACKEND_ADDON_UNAVAILABLE",
  "DEVICE_UNAVAILABLE",
];

/** The exit code for an error that ends a command. */
export function exitCodeFor(error: unknown): number {
  if (!(error instanceof DeepLabError)) return exitCodes.failed;
  if (unavailable.includes(error.code)) return exitCodes.backendUnavailable;
  if (error.code.startsWith("OPTION_")) return exitCodes.usage;
  if (error.code.startsWith("PACKAGE_") || error.code === "BACKEND_FAILED") return exitCodes.package;
  return exitCodes.failed;
}
