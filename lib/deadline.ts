// Deadlines: how long a call may wait before its work begins.

import { invalidOption } from "./checks.js";
import { DeepLabError } from "./errors.js";

/** Checks the option `deadline`; 0 stands for none. */
export function parseDeadline(value: unknown): number {
  if (value === undefined) return 0;
  if (typeof value === "number" && value > 0 && Number.isFinite(value)) return value;
  return invalidOption("deadline", "a number of milliseconds above 0", value);
}

/**
 * Milliseconds that are left of a deadline; 0 where there is none.
 * @param start `performance.now()` of the call
 * @throws DeepLabError DEADLINE_EXCEEDED
 */
export function timeLeft(deadline: number, start: number): number {
  if (deadline === 0) return 0;
  const left = start + deadline - performance.now();
  if (left <= 0) throw deadlineExceeded(deadline);
  return left;
}

/** The error of a call whose work had not begun in time. */
export function deadlineExceeded(deadline: number): DeepLabError {
  return new DeepLabError(
    "DEADLINE_EXCEEDED",
    `The work of the call had not begun within its deadline of ${deadline} ms.`,
    { detail: { deadline } },
  );
}
