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
  /** A backend, device or tool (ffmpeg) that is needed is not to be had. */
  backendUnavailable: 4,
  /** Network, key or cache. */
  network: 5,
  /** SIGHUP: the terminal has gone. */
  hungUp: 129,
  /** SIGINT: Ctrl+C. */
  interrupted: 130,
  /** SIGTERM. */
  terminated: 143,
} as const;

/** What `--help` says of them. */
export const exitCodeHelp =
  "Exit codes: 0 ok, 1 some pictures failed, 2 usage, 3 package, model or a refused engine, " +
  "4 backend or ffmpeg unavailable, 5 network, key or cache, 129 terminal gone, 130 interrupted, 143 terminated";

const unavailable: readonly ErrorCode[] = [
  "BACKEND_UNAVAILABLE",
  "BACKEND_ADDON_UNAVAILABLE",
  "DEVICE_UNAVAILABLE",
  "IMAGE_DECODER_UNAVAILABLE",
];

/** The exit code for an error that ends a command. */
export function exitCodeFor(error: unknown): number {
  if (!(error instanceof DeepLabError)) return exitCodes.failed;
  if (unavailable.includes(error.code)) return exitCodes.backendUnavailable;
  if (error.code.startsWith("OPTION_")) return exitCodes.usage;
  if (/^(PACKAGE|ENGINE)_/.test(error.code) || error.code === "BACKEND_FAILED") return exitCodes.package;
  return /^(NETWORK|CACHE)_/.test(error.code) ? exitCodes.network : exitCodes.failed;
}
