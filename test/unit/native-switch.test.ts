// Exchanging the native model under a handle: calls stay with what they began on, and nothing is closed under them.

import { describe, expect, test, vi } from "vitest";
import { BackgroundEngine, type LoadedNetwork } from "../../dist/engine-load.js";
import type { NativeImageResult, NativeInferRequest, NativeModel } from "../../dist/native.js";
import { NativeSwitch } from "../../dist/native-switch.js";

/** A model whose answers come when they are told to. */
function fakeModel(name: string) {
  const answers: (() => void)[] = [];
  const model = {
    info: () => ({ backend: name }),
    stats: () => ({}),
    infer: vi.fn(
      () => new Promise<readonly NativeImageResult[]>((resolve) => answers.push(() => resolve([]))),
    ),
    warmUp: vi.fn(async () => {}),
    cancel: vi.fn(),
    close: vi.fn(async () => {}),
  };
  return { model, native: model as unknown as NativeModel, answer: () => answers.shift()?.() };
}

const request = {} as NativeInferRequest;
const tick = () => new Promise((resolve) => setImmediate(resolve));

describe("a switch", () => {
  test("lets calls under way end where they began", async () => {
    const [a, b] = [fakeModel("a"), fakeModel("b")];
    const native = new NativeSwitch(a.native);
    const first = native.infer(request);
    expect(native.replace(b.native)).toBe(true);
    const second = native.infer(request);
    expect(native.info().backend).toBe("b");
    expect([a.model.infer.mock.calls.length, b.model.infer.mock.calls.length]).toEqual([1, 1]);
    await tick();
    expect(a.model.close).not.toHaveBeenCalled();
    a.answer();
    await first;
    await tick();
    expect(a.model.close).toHaveBeenCalledOnce();
    b.answer();
    await second;
    expect(b.model.close).not.toHaveBeenCalled();
  });

  test("closes an idle one at once, and all with itself", async () => {
    const [a, b] = [fakeModel("a"), fakeModel("b")];
    const native = new NativeSwitch(a.native);
    native.replace(b.native);
    expect(a.model.close).toHaveBeenCalledOnce();
    await native.close();
    expect([a.model.close.mock.calls.length, b.model.close.mock.calls.length]).toEqual([1, 1]);
  });

  test("takes none after it was closed", async () => {
    const [a, b] = [fakeModel("a"), fakeModel("b")];
    const native = new NativeSwitch(a.native);
    await native.close();
    expect(native.replace(b.native)).toBe(false);
    expect(b.model.close).toHaveBeenCalledOnce();
  });

  test("cancels a request wherever it is", () => {
    const [a, b] = [fakeModel("a"), fakeModel("b")];
    const native = new NativeSwitch(a.native);
    void native.infer(request);
    native.replace(b.native);
    native.cancel(7);
    expect([a.model.cancel.mock.calls, b.model.cancel.mock.calls]).toEqual([[[7]], [[7]]]);
  });
});

describe("an engine that is built in the background", () => {
  const network = (native: NativeModel, format: string) =>
    ({
      native,
      package: { format, folder: "/p" },
      head: { cut: false },
      engineBuild: null,
    }) as unknown as LoadedNetwork;

  test("changes everything over in one step", async () => {
    const [a, b] = [fakeModel("a"), fakeModel("b")];
    const loaded = new BackgroundEngine(network(a.native, "onnx"), async () => network(b.native, "trt"));
    expect([loaded.engineBuild.state, loaded.package.format]).toEqual(["building", "onnx"]);
    await tick();
    expect([loaded.engineBuild.state, loaded.package.format]).toEqual(["ready", "trt"]);
    expect(loaded.native.info().backend).toBe("b");
  });

  test("that fails leaves everything as it was, with a warning", async () => {
    const emitted = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const a = fakeModel("a");
    const loaded = new BackgroundEngine(network(a.native, "onnx"), () =>
      Promise.reject(new Error("no luck\nmore")),
    );
    await tick();
    expect(loaded.engineBuild).toEqual({ state: "failed", reason: "no luck" });
    expect(loaded.native.info().backend).toBe("a");
    expect(emitted).toHaveBeenCalledOnce();
    emitted.mockRestore();
  });

  test("is ended by close(), which waits for it and says nothing", async () => {
    const emitted = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const a = fakeModel("a");
    let isEnded = false;
    const loaded = new BackgroundEngine(
      network(a.native, "onnx"),
      (signal) =>
        new Promise((_, reject) => {
          signal.addEventListener("abort", () =>
            setTimeout(() => {
              isEnded = true;
              reject(signal.reason);
            }, 50),
          );
        }),
    );
    await loaded.native.close();
    expect(isEnded).toBe(true);
    expect(a.model.close).toHaveBeenCalledOnce();
    expect(emitted).not.toHaveBeenCalled();
    emitted.mockRestore();
  });
});
