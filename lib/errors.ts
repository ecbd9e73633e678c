// The one error class, the one list of codes (native raises a subset of it), and the way an error
// of native code becomes one that points at the user's own line.

import { hintFor } from "./hints.js";

/** Every code a {@link DeepLabError} can carry; stable, safe to compare with. */
export const errorCodes = [
  "PACKAGE_NOT_FOUND",
  "PACKAGE_MISSING_FILE",
  "PACKAGE_UNREADABLE",
  "PACKAGE_INVALID",
  "PACKAGE_EXTERNAL_DATA",
  "PACKAGE_WEIGHTS_INVALID",
  "PACKAGE_CLASS_MISMATCH",
  "PACKAGE_INPUT_MISMATCH",
  "IMAGE_NOT_FOUND",
  "IMAGE_UNREADABLE",
  "IMAGE_EMPTY",
  "IMAGE_UNSUPPORTED",
  "IMAGE_CORRUPT",
  "IMAGE_TOO_LARGE",
  "IMAGE_INVALID",
  "IMAGE_TOO_THIN",
  "IMAGE_EMPTY_CROP",
  "IMAGE_SIZES_DIFFER",
  "IMAGE_DECODER_UNAVAILABLE",
  "NETWORK_NOT_ALLOWED",
  "NETWORK_FORBIDDEN_ADDRESS",
  "NETWORK_TIMEOUT",
  "NETWORK_TOO_LARGE",
  "NETWORK_FAILED",
  "OPTION_UNKNOWN",
  "OPTION_INVALID",
  "BACKEND_UNAVAILABLE",
  "BACKEND_ADDON_UNAVAILABLE",
  "BACKEND_FAILED",
  "ENGINE_INVALID",
  "ENGINE_VERSION_MISMATCH",
  "ENGINE_DEVICE_MISMATCH",
  "ENGINE_UNTRUSTED",
  "ENGINE_BUILD_FAILED",
  "ENGINE_INACCURATE",
  "DEVICE_UNAVAILABLE",
  "DEVICE_FAILED",
  "DEVICE_LOST",
  "DEVICE_OUT_OF_MEMORY",
  "NON_FINITE_LOGITS",
  "EMPTY_BATCH",
  "OUT_OF_MEMORY",
  "ABORTED",
  "QUEUE_FULL",
  "DEADLINE_EXCEEDED",
  "CLOSED",
  "RESULT_DISPOSED",
  "INTERNAL",
] as const;

/** One of {@link errorCodes}. */
export type ErrorCode = (typeof errorCodes)[number];

/** What an error carries beside its code and message. */
export interface ErrorExtras {
  /** Facts for programs: the file, the field, what was found, what is allowed, `index` in a list, … */
  readonly detail?: Readonly<Record<string, unknown>>;
  /** How to mend it; without it the code's own hint is used. */
  readonly hint?: string;
  /** The error underneath. */
  readonly cause?: unknown;
}

/** Every failure of this package that a user can mend or must know of. */
export class DeepLabError extends Error {
  /** Stable name of the failure. */
  readonly code: ErrorCode;
  /** Facts for programs; empty where there are none. */
  readonly detail: Readonly<Record<string, unknown>>;
  /** How to fix it; also the last lines of `message`. Empty where nothing can be advised. */
  readonly hint: string;

  /**
   * @param code Stable name of the failure.
   * @param summary What was expected and what was found; the hint, if any, is appended to make `message`.
   */
  constructor(code: ErrorCode, summary: string, extras: ErrorExtras = {}) {
    const hint = extras.hint ?? hintFor(code);
    super(
      hint === "" ? summary : `${summary}\nHow to fix: ${hint}`,
      extras.cause === undefined ? {} : { cause: extras.cause },
    );
    this.code = code;
    this.detail = extras.detail ?? {};
    this.hint = hint;
    // The stack's first line shows the code, as Node's own errors do: "DeepLabError [CLOSED]: …". It is
    // written when it is first read, so it is read here, while the name holds the code.
    Object.defineProperty(this, "name", { value: `DeepLabError [${code}]`, configurable: true });
    Error.captureStackTrace(this, new.target);
    String(this.stack);
    Object.defineProperty(this, "name", { value: "DeepLabError", configurable: true, writable: true });
  }
}

/** Where the user called us: only its stack frames are used. */
export interface CallSite {
  readonly stack?: string;
}

/** Remembers the caller of `below`, whose own frame (and all above it) is left out. */
// biome-ignore lint/complexity/noBannedTypes: captureStackTrace takes any function
export function callSite(below: Function): CallSite {
  const site: CallSite = {};
  Error.captureStackTrace(site, below);
  return site;
}

/**
 * Settles as `work` does; an error of native code becomes a {@link DeepLabError}, and every
 * DeepLabError gets the stack of the call instead of the one of the thread or tick it arose in.
 */
export async function fromNative<T>(work: Promise<T>, site: CallSite = callSite(fromNative)): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw atCallSite(toDeepLabError(error), site);
  }
}

/**
 * Native errors become DeepLabErrors (the original is the cause); others come back as they are.
 * @param hints Hints that know better than those of the codes.
 */
export function toDeepLabError(error: unknown, hints: Partial<Record<ErrorCode, string>> = {}): unknown {
  if (error instanceof DeepLabError || !(error instanceof Error)) return error;
  const { code, detail } = error as { code?: unknown; detail?: unknown };
  if (!isErrorCode(code)) return error;
  const extras = { detail: readDetail(detail), cause: error };
  const hint = hints[code];
  return new DeepLabError(code, error.message, hint === undefined ? extras : { ...extras, hint });
}

/** Whether `value` is one of {@link errorCodes}. */
export function isErrorCode(value: unknown): value is ErrorCode {
  return (errorCodes as readonly unknown[]).includes(value);
}

/** A copy of the error that says which image of a list or stream it belongs to. */
export function withIndex(error: unknown, index: number, of: "list" | "stream" = "list"): unknown {
  if (!(error instanceof DeepLabError)) return error;
  const summary = error.hint === "" ? error.message : error.message.split("\nHow to fix: ")[0];
  return new DeepLabError(error.code, `Image ${index} of the ${of}: ${summary}`, {
    detail: { ...error.detail, index },
    hint: error.hint,
    cause: error.cause ?? error,
  });
}

function readDetail(detail: unknown): Record<string, unknown> {
  if (typeof detail !== "object" || detail === null) return {};
  const copy: Record<string, unknown> = { ...detail };
  // Native details are text; the place in the list is a number on this side.
  if (typeof copy.index === "string" && /^\d+$/.test(copy.index)) copy.index = Number(copy.index);
  return copy;
}

/** Gives a DeepLabError the stack of the call; others stay as they are. */
export function atCallSite(error: unknown, site: CallSite): unknown {
  const frames = site.stack?.slice(site.stack.indexOf("\n    at ")) ?? "";
  if (error instanceof DeepLabError && frames.startsWith("\n    at ")) {
    error.stack = `DeepLabError [${error.code}]: ${error.message}${frames}`;
  }
  return error;
}
