// One signal for everything that ends the reading of a call's pictures.

import { whenAborted } from "./abort.js";
import { deadlineExceeded } from "./deadline.js";

// 24 days: whoever has more time has no timer.
const longestTimer = 2 ** 31 - 1;

/** A signal, until it is released. */
export interface StopSignal {
  readonly signal: AbortSignal;
  /** Lets go of the signals it listens to, and of its timer. */
  release(): void;
}

/**
 * A signal that is aborted with the first of others, or when a deadline is over. (AbortSignal.any would stay attached
 * to those that live long, such as a model's own.)
 * @param deadline Milliseconds from `start`; 0 for none.
 * @param start `performance.now()` of the call.
 */
export function stopSignal(
  others: readonly (AbortSignal | undefined)[],
  deadline = 0,
  start = 0,
): StopSignal {
  const controller = new AbortController();
  const attached = others.filter((other) => other !== undefined);
  const onAbort = () => controller.abort(attached.find(({ aborted }) => aborted)?.reason);
  const releases = attached.map((other) => whenAborted(other, onAbort));
  if (attached.some(({ aborted }) => aborted)) onAbort();
  const left = start + deadline - performance.now();
  const expire = () => controller.abort(deadlineExceeded(deadline));
  const timer = deadline > 0 && left <= longestTimer ? setTimeout(expire, left) : undefined;
  return {
    signal: controller.signal,
    release: () => {
      clearTimeout(timer);
      for (const release of releases) release();
    },
  };
}
