// AbortSignals: who hears of an abort, and work that cannot be stopped itself.

// Of each signal those who wait for its abort. One listener serves them all: a caller may well give one signal to many
// calls, and Node.js warns of a leak where a signal has more than ten.
const waiting = new WeakMap<AbortSignal, Waiting>();

interface Waiting {
  readonly callbacks: Set<() => void>;
  readonly tellAll: () => void;
}

/**
 * Calls back when the signal is aborted; not where it was aborted before.
 * @returns What ends the wait. The last one leaves no listener behind.
 */
export function whenAborted(signal: AbortSignal | undefined, callback: () => void): () => void {
  if (signal === undefined) return () => {};
  const own = () => callback(); // the same function may wait twice
  const others = waiting.get(signal) ?? listen(signal);
  others.callbacks.add(own);
  return () => {
    others.callbacks.delete(own);
    if (others.callbacks.size > 0 || waiting.get(signal) !== others) return;
    waiting.delete(signal);
    signal.removeEventListener("abort", others.tellAll);
  };
}

function listen(signal: AbortSignal): Waiting {
  const callbacks = new Set<() => void>();
  const tellAll = () => {
    waiting.delete(signal); // who comes now comes too late
    for (const tell of callbacks) tellOne(tell);
  };
  const listening = { callbacks, tellAll };
  waiting.set(signal, listening);
  signal.addEventListener("abort", tellAll, { once: true });
  return listening;
}

// What one of them throws (a stream of the caller's that is destroyed) is not the others': as with listeners of their own.
function tellOne(tell: () => void): void {
  try {
    tell();
  } catch (error) {
    process.nextTick(() => {
      throw error;
    });
  }
}

/** Settles as `work` does, or rejects with `signal.reason` as soon as the signal is aborted: the work's end is ignored. */
export async function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  // Whoever loses the race must not become an unhandled rejection.
  work.catch(() => {});
  signal.throwIfAborted();
  let release = () => {};
  const aborted = new Promise<never>((_, reject) => {
    release = whenAborted(signal, () => reject(signal.reason));
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    release();
  }
}
