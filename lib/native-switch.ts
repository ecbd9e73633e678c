// A native model that can be replaced by another one of the same network while it is used: each call goes to the one
// that is current when it begins and stays with it, and the old one is closed when its last call has ended.

import type {
  NativeImageResult,
  NativeInferRequest,
  NativeModel,
  NativeModelInfo,
  NativeModelStats,
  NativeWarmUpRequest,
} from "./native.js";
import { Registrations } from "./registrations.js";

/** One model and the calls under way on it. */
class Serving {
  #calls = 0;
  #isRetired = false;
  #closing: Promise<void> | undefined;

  constructor(readonly model: NativeModel) {}

  async run<T>(call: (model: NativeModel) => Promise<T>): Promise<T> {
    this.#calls++;
    try {
      return await call(this.model);
    } finally {
      this.#calls--;
      if (this.#isRetired && this.#calls === 0) void this.close();
    }
  }

  /** No call begins any more. */
  retire(): void {
    this.#isRetired = true;
    if (this.#calls === 0) void this.close();
  }

  close(): Promise<void> {
    this.#closing ??= this.model.close();
    return this.#closing;
  }
}

/** Stands for whichever model is current. */
export class NativeSwitch implements NativeModel {
  #current: Serving;
  readonly #old: Serving[] = [];
  readonly #registrations = new Registrations();
  readonly #onClose: () => Promise<void>;
  #isClosed = false;

  /** @param onClose Waited for when this is closed. */
  constructor(model: NativeModel, onClose: () => Promise<void> = async () => {}) {
    this.#current = new Serving(model);
    this.#onClose = onClose;
  }

  /** From the next call on it is this one. A model that comes after `close()` is closed at once: then the answer is false. */
  replace(model: NativeModel): boolean {
    if (this.#isClosed) {
      void model.close();
      return false;
    }
    this.#current.retire();
    this.#old.push(this.#current);
    this.#current = new Serving(model);
    this.#registrations.moveTo(model);
    return true;
  }

  info(): NativeModelInfo {
    return this.#current.model.info();
  }

  /** Of the current one only: what the one before has done is forgotten. */
  stats(): NativeModelStats {
    return this.#current.model.stats();
  }

  warmUp(request: NativeWarmUpRequest): Promise<void> {
    return this.#current.run((model) => model.warmUp(request));
  }

  infer(request: NativeInferRequest): Promise<readonly NativeImageResult[]> {
    return this.#current.run((model) => model.infer(request));
  }

  /** Memory that suits the current model; others read it in place as well. */
  allocate(bytes: number): ArrayBuffer {
    return this.#current.model.allocate(bytes);
  }

  register(bytes: Uint8Array): number {
    return this.#registrations.add(this.#current.model, bytes);
  }

  unregister(registration: number): void {
    this.#registrations.remove(registration);
  }

  /** Numbers of requests are unique over all of them. */
  cancel(requestId: number): void {
    for (const { model } of [...this.#old, this.#current]) model.cancel(requestId);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const closing = [...this.#old, this.#current].map((serving) => serving.close());
    await Promise.all([...closing, this.#onClose()]);
  }
}
