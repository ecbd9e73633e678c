// Who is let in when many calls come at once.

import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { Admission, type Entrant } from "../../dist/admission.js";

const caller = (count = 1, more: Partial<Entrant> = {}): Entrant => ({
  count,
  priority: 0,
  deadline: 0,
  start: performance.now(),
  signal: undefined,
  ...more,
});

/** Enters, and notes the name once let in. */
function enter(door: Admission, inside: string[], name: string, entrant: Entrant) {
  const room = door.enter(entrant);
  if (room === undefined) inside.push(name);
  return room?.then(() => inside.push(name)) ?? Promise.resolve();
}

describe("a door", () => {
  test("lets in as many images as there is room for, then one call for each that leaves, in order", async () => {
    const door = new Admission(2, "wait");
    const inside: string[] = [];
    const calls = ["a", "b", "c", "d"].map((name) => enter(door, inside, name, caller()));
    expect(inside).toEqual(["a", "b"]);
    expect(door.waiting).toBe(2);
    door.leave(1);
    await calls[2];
    expect(inside).toEqual(["a", "b", "c"]);
    door.leave(1);
    await calls[3];
    expect(inside.join("")).toBe("abcd");
    expect(door.waiting).toBe(0);
  });

  test("lets higher priorities go first, and nobody overtake within one", async () => {
    const door = new Admission(1, "wait");
    const inside: string[] = [];
    void enter(door, inside, "running", caller());
    const calls = [
      enter(door, inside, "low", caller(1, { priority: -1 })),
      enter(door, inside, "first", caller()),
      enter(door, inside, "second", caller()),
      enter(door, inside, "high", caller(1, { priority: 5 })),
    ];
    for (let i = 0; i < 4; i++) door.leave(1);
    await Promise.all(calls);
    expect(inside).toEqual(["running", "high", "first", "second", "low"]);
  });

  test("lets a list that is longer than all its room go in alone, and keeps others behind it", async () => {
    const door = new Admission(4, "wait");
    const inside: string[] = [];
    void enter(door, inside, "one", caller());
    const list = enter(door, inside, "list", caller(9));
    const behind = enter(door, inside, "behind", caller());
    expect(inside).toEqual(["one"]);
    door.leave(1);
    await list;
    expect(inside).toEqual(["one", "list"]);
    door.leave(9);
    await behind;
    expect(inside).toEqual(["one", "list", "behind"]);
  });

  test("that refuses says QUEUE_FULL at once, with what it found", () => {
    const door = new Admission(2, "reject");
    door.enter(caller(2));
    expect(() => door.enter(caller())).toThrow(
      expect.objectContaining({ code: "QUEUE_FULL", detail: { found: 2, allowed: 2 } }),
    );
    door.leave(1);
    expect(door.enter(caller())).toBeUndefined();
  });

  test("rejects who waits with the reason of the signal, at the deadline, and when it closes", async () => {
    const door = new Admission(1, "wait");
    door.enter(caller());
    const controller = new AbortController();
    const aborted = door.enter(caller(1, { signal: controller.signal }));
    controller.abort("changed my mind");
    await expect(aborted).rejects.toBe("changed my mind");
    const late = door.enter(caller(1, { deadline: 5 }));
    await expect(late).rejects.toMatchObject({ code: "DEADLINE_EXCEEDED", detail: { deadline: 5 } });
    const closed = door.enter(caller());
    door.close(new Error("closed"));
    await expect(closed).rejects.toThrow("closed");
    expect(door.waiting).toBe(0);
    door.leave(1);
    expect(door.enter(caller())).toBeUndefined();
  });

  test("forgets signals and deadlines of who was let in", async () => {
    const door = new Admission(1, "wait");
    door.enter(caller());
    const controller = new AbortController();
    const room = door.enter(caller(1, { deadline: 20, signal: controller.signal }));
    door.leave(1);
    await room;
    await sleep(40);
    controller.abort();
    await expect(room).resolves.toBeUndefined();
    door.leave(1);
    expect(door.enter(caller())).toBeUndefined();
  });

  test("lets the next one in where a large one in front of it gave up", async () => {
    const door = new Admission(3, "wait");
    const inside: string[] = [];
    void enter(door, inside, "two", caller(2));
    const controller = new AbortController();
    const large = door.enter(caller(3, { signal: controller.signal }));
    const small = enter(door, inside, "small", caller());
    controller.abort(new Error("gone"));
    await expect(large).rejects.toThrow("gone");
    await small;
    expect(inside).toEqual(["two", "small"]);
  });
});
