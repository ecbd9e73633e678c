// Models in another process, perhaps of another machine under an emulator: the answering process that
// DEEPLAB_TEST_ANSWER_WITH names, a command as a JSON list. It lives as long as the test file that asks it.

import { type ChildProcess, spawn } from "node:child_process";
import type { FromPretrainedOptions } from "deeplab-rt";
import { encodeFrame, readFrames } from "./frames.mjs";
import type { TestModel } from "./subject.js";

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: { readonly name: string; readonly code?: string; readonly message: string };
}

/** The last lines of what the process said. */
const tailLength = 4000;

class AnsweringProcess {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #said = "";
  #end: string | undefined;

  constructor([command = "", ...args]: readonly string[]) {
    this.#child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"] });
    const { stdout, stderr } = this.#child;
    if (stdout === null || stderr === null) throw new Error("the answering process has no pipes");
    readFrames(stdout, (answer: Answer) => this.#settle(answer));
    stderr.on("data", (chunk: Buffer) => {
      this.#said = `${this.#said}${chunk}`.slice(-tailLength);
    });
    this.#child.on("error", (error) => this.#over(error.message));
    this.#child.on("close", (code, signal) => this.#over(`code ${code}, signal ${signal}`));
    this.#child.stdin?.on("error", () => {}); // "close" says more
  }

  ask<T>(method: string, parameters: object): Promise<T> {
    if (this.#end !== undefined) return Promise.reject(new Error(this.#end));
    const id = ++this.#lastId;
    const frame = encodeFrame({ id, method, ...parameters });
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#child.stdin?.write(frame);
    });
  }

  #settle({ id, value, error }: Answer): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) waiting?.resolve(value as never);
    else waiting?.reject(Object.assign(new Error(error.message), error));
  }

  #over(how: string): void {
    this.#end ??= `the answering process ended (${how}):\n${this.#said}`;
    for (const { reject } of this.#waiting.values()) reject(new Error(this.#end));
    this.#waiting.clear();
  }
}

let process_: AnsweringProcess | undefined;
let lastModel = 0;

/** The same as `AutoModel.fromPretrained`, over there. */
export async function loadRemotely(
  command: readonly string[],
  location: string,
  options: FromPretrainedOptions,
): Promise<TestModel> {
  process_ ??= new AnsweringProcess(command);
  const server = process_;
  const model = ++lastModel;
  const { classNames, info } = await server.ask<Pick<TestModel, "classNames"> & { info: never }>("load", {
    model,
    location,
    options,
  });
  const close = () => server.ask<void>("close", { model });
  return {
    classNames,
    info: () => info,
    stats: () => server.ask("stats", { model }),
    infer: (images: unknown, given = {}) => server.ask<never>("infer", { model, images, options: given }),
    inspect: (images: unknown, given = {}) => server.ask<never>("inspect", { model, images, options: given }),
    close,
    [Symbol.asyncDispose]: close,
  };
}
