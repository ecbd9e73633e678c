// Registered memory stays registered when the native model behind a handle is replaced.

import { expect, test, vi } from "vitest";
import type { NativeModel } from "../../dist/native.js";
import { NativeSwitch } from "../../dist/native-switch.js";

/** A native model that knows what is registered with it. */
function fakeModel(refusal?: Error) {
  const registered = new Map<number, Uint8Array>();
  let last = 0;
  const model = {
    allocate: (bytes: number) => new ArrayBuffer(bytes),
    register(bytes: Uint8Array) {
      if (refusal !== undefined) throw refusal;
      registered.set(++last, bytes);
      return last;
    },
    unregister: (id: number) => void registered.delete(id),
    close: () => Promise.resolve(registered.clear()),
  };
  return { model: model as unknown as NativeModel, held: () => [...registered.values()] };
}

const bytes = (length: number) => new Uint8Array(new SharedArrayBuffer(length));

test("what is registered goes along, what was unregistered does not", async () => {
  const [first, second] = [fakeModel(), fakeModel()];
  const model = new NativeSwitch(first.model);
  const [kept, gone] = [bytes(3), bytes(4)];
  const number = model.register(kept);
  const other = model.register(gone);
  expect(first.held()).toEqual([kept, gone]);
  model.unregister(other);
  model.unregister(other);
  expect(first.held()).toEqual([kept]);
  expect(model.replace(second.model)).toBe(true);
  expect(second.held()).toEqual([kept]);
  expect(second.held()[0]).toBe(kept);
  expect(first.held()).toEqual([]); // closed, for no call used it
  model.unregister(number);
  expect(second.held()).toEqual([]);
  expect(model.allocate(5).byteLength).toBe(5);
  await model.close();
});

test("memory that the next model cannot register is told of, and forgotten", () => {
  const warning = vi.spyOn(process, "emitWarning").mockReturnValue();
  const [first, second] = [fakeModel(), fakeModel(new Error("no room to pin"))];
  const model = new NativeSwitch(first.model);
  const number = model.register(bytes(3));
  model.replace(second.model);
  expect(warning).toHaveBeenCalledExactlyOnceWith(
    "3 registered bytes are copied from now on: no room to pin",
    expect.objectContaining({ code: "BUFFER_NOT_REGISTERED" }),
  );
  model.unregister(number);
  expect(second.held()).toEqual([]);
  expect(() => model.register(bytes(1))).toThrow("no room to pin");
});
