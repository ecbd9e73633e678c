// Aborting work that cannot be stopped.

import { getEventListeners } from "node:events";
import { describe, expect, test } from "vitest";
import { abortable, whenAborted } from "../../dist/abort.js";

const reason = new Error("enough");

describe("abortable work", () => {
  test("without a signal, or with a quiet one, settles as it does", async () => {
    await expect(abortable(Promise.resolve(1), undefined)).resolves.toBe(1);
    await expect(abortable(Promise.resolve(1), new AbortController().signal)).resolves.toBe(1);
    await expect(abortable(Promise.reject(reason), new AbortController().signal)).rejects.toBe(reason);
  });

  test("rejects at once with the reason, before the work ends", async () => {
    const controller = new AbortController();
    const never = new Promise<never>(() => {});
    const waiting = abortable(never, controller.signal);
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    await expect(abortable(never, controller.signal)).rejects.toBe(reason);
  });

  test("that fails after the abort is no unhandled rejection", async () => {
    const unhandled: unknown[] = [];
    const onUnhandled = (error: unknown) => unhandled.push(error);
    process.on("unhandledRejection", onUnhandled);
    const late = new Promise<never>((_, reject) => setTimeout(() => reject(new Error("late")), 5));
    await expect(abortable(late, AbortSignal.abort(reason))).rejects.toBe(reason);
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.off("unhandledRejection", onUnhandled);
    expect(unhandled).toEqual([]);
  });

  test("takes its listener away when it is done", async () => {
    const { signal } = new AbortController();
    const listeners = new Set<unknown>();
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...[type, listener]: Parameters<typeof add>) => {
      listeners.add(listener);
      add(type, listener);
    };
    signal.removeEventListener = (...[type, listener]: Parameters<typeof remove>) => {
      listeners.delete(listener);
      remove(type, listener);
    };
    await abortable(Promise.resolve(1), signal);
    expect(listeners.size).toBe(0);
  });
});

describe("those who wait for an abort", () => {
  const listeners = (signal: AbortSignal) => getEventListeners(signal, "abort").length;

  test("share one listener of the signal, which goes with the last of them", () => {
    const { signal } = new AbortController();
    const releases = Array.from({ length: 20 }, () => whenAborted(signal, () => {}));
    expect(listeners(signal)).toBe(1);
    for (const release of releases.slice(1)) release();
    expect(listeners(signal)).toBe(1);
    releases[0]?.();
    releases[0]?.();
    expect(listeners(signal)).toBe(0);
    const again = whenAborted(signal, () => {});
    releases[0]?.();
    expect(listeners(signal)).toBe(1);
    again();
    expect(listeners(signal)).toBe(0);
  });

  test("are told once, in their order, but for those who do not wait any more", () => {
    const controller = new AbortController();
    const told: number[] = [];
    const wait = (number: number) => whenAborted(controller.signal, () => told.push(number));
    wait(0);
    wait(1)();
    const later = { release: () => {} };
    whenAborted(controller.signal, () => {
      told.push(2);
      later.release();
      wait(4); // too late
    });
    later.release = wait(3);
    const same = () => told.push(5);
    const release = whenAborted(controller.signal, same);
    whenAborted(controller.signal, same);
    release();
    controller.abort();
    expect(told).toEqual([0, 2, 5]);
  });

  test("are told though another of them throws, which is an error of its own", async () => {
    const controller = new AbortController();
    const error = new Error("a stream that cannot be destroyed");
    const uncaught = new Promise((resolve) => process.setUncaughtExceptionCaptureCallback(resolve));
    let told = false;
    whenAborted(controller.signal, () => {
      throw error;
    });
    whenAborted(controller.signal, () => {
      told = true;
    });
    controller.abort();
    expect(told).toBe(true);
    expect(await uncaught).toBe(error);
    process.setUncaughtExceptionCaptureCallback(null);
  });

  test("without a signal are never told", () => {
    expect(whenAborted(undefined, () => expect.unreachable())()).toBeUndefined();
  });
});
