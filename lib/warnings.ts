// Warnings go through process.emitWarning with a code, so that programs can filter, count or stop at them.

/** Codes of the warnings this package emits. */
export type WarningCode =
  | "BUFFER_NOT_REGISTERED"
  | "CACHE_UNAVAILABLE"
  | "ENGINE_BUILD_FAILED"
  | "IMAGE_SIZE_IGNORED"
  | "LOG_LISTENER_FAILED"
  | "NON_FINITE_LOGITS"
  | "PACKAGE_MODEL_CONFIG"
  | "RESIZE_MODE_SUBSTITUTED";

/** Emits one warning named `DeepLabWarning` with the given code. */
export function warn(code: WarningCode, message: string): void {
  process.emitWarning(message, { type: "DeepLabWarning", code });
}

/** Emits each code at most once in its life: one of these belongs to each loaded model. */
export class WarnOnce {
  readonly #emitted = new Set<WarningCode>();

  /** Emits the warning unless this object has already emitted one of that code. */
  warn(code: WarningCode, message: string): void {
    if (this.#emitted.has(code)) return;
    this.#emitted.add(code);
    warn(code, message);
  }
}
