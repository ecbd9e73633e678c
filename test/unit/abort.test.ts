// Aborting work that cannot be stopped.

import { describe, expect, test } from "vitest";
import { abortable } from "../../dist/abort.js";

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
