// AbortSignal for work that cannot be stopped itself: the caller is told at once, the work's end is ignored.

/** Settles as `work` does, or rejects with `signal.reason` as soon as the signal is aborted. */
export async function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  // Whoever loses the race must not become an unhandled rejection.
  work.catch(() => {});
  signal.throwIfAborted();
  const { promise, stop } = whenAborted(signal);
  try {
    return await Promise.race([work, promise]);
  } finally {
    stop();
  }
}

function whenAborted(signal: AbortSignal): { promise: Promise<never>; stop: () => void } {
  let stop = () => {};
  const promise = new Promise<never>((_, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    stop = () => signal.removeEventListener("abort", onAbort);
  });
  return { promise, stop };
}
