// A file of JSON values, one a line: written as they come, there only when it is whole.

import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { naming, temporaryName } from "../write-file.js";

/** A file of lines that is being written. */
export class LinesWriter {
  readonly #file: string;
  readonly #temporary: string;
  #handle: FileHandle | undefined;

  /** It is begun with the first line. */
  constructor(file: string) {
    this.#file = file;
    this.#temporary = temporaryName(file);
  }

  /** One more line. @throws an Error of the file system, which names the file */
  async write(value: unknown): Promise<void> {
    await this.#named(async () => {
      this.#handle ??= await open(this.#temporary, "wx");
      await this.#handle.appendFile(`${JSON.stringify(value)}\n`);
    });
  }

  /** Puts it in its place; without a line there is none. @throws an Error of the file system, which names the file */
  async finish(): Promise<void> {
    const handle = this.#handle;
    if (handle === undefined) return;
    await this.#named(async () => {
      await handle.close();
      this.#handle = undefined;
      await rename(this.#temporary, this.#file);
    });
  }

  /** Nothing is left of it, unless it was finished. */
  async discard(): Promise<void> {
    await this.#handle?.close();
    this.#handle = undefined;
    await rm(this.#temporary, { force: true });
  }

  async #named(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      throw naming(error, this.#temporary, this.#file);
    }
  }
}
