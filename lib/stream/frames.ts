// Where a stream's images come from: one way to pull from every kind of source, and to close it.

import { invalidOption } from "../checks.js";
import { show } from "../show.js";

/**
 * A source of images: an async or an ordinary iterable (generators, arrays), a Node.js Readable in object mode, or a
 * web ReadableStream.
 */
export type FrameSource<Image> =
  | AsyncIterable<Image>
  | Iterable<Image | PromiseLike<Image>>
  | FrameStream<Image>;

/** What is used of a web `ReadableStream`. */
export interface FrameStream<Image> {
  /** Its reader, which then is the only one. */
  getReader(): FrameReader<Image>;
}

/** What is used of a `ReadableStreamDefaultReader`. */
export interface FrameReader<Image> {
  /** The next image, or the end. */
  read(): Promise<{ readonly done: boolean; readonly value?: Image | undefined }>;
  /** Says that no more will be read. */
  cancel(reason?: unknown): Promise<void>;
  /** Lets others read. */
  releaseLock(): void;
}

/** The next image, or the end. */
export type Pulled<Image> = { readonly image: Image } | undefined;

/** An opened source. One pull at a time. */
export interface Frames<Image> {
  /** Undefined at the end; rejects with the source's own error. */
  pull(): Promise<Pulled<Image>>;
  /** Tells the source that no more will be pulled. Waits for it, but not for a pull that is under way. */
  close(): Promise<void>;
}

/**
 * Opens a source.
 * @throws DeepLabError OPTION_INVALID
 */
export function openFrames<Image>(source: FrameSource<Image>): Frames<Image> {
  const given = Object(source) as Partial<AsyncIterable<Image> & Iterable<Image>> & Partial<NodeReadable>;
  if (typeof given.pipe === "function" && given.readableObjectMode === false) {
    throw noSource(`${byteStream} (is objectMode missing?)`);
  }
  if (isWebByteStream(source)) throw noSource(byteStream);
  if (typeof (given as { getReader?: unknown }).getReader === "function") {
    return new ReaderFrames((source as { getReader(): FrameReader<Image> }).getReader());
  }
  // Text and bytes can be iterated too, but not by pictures.
  const isOneImage = typeof source === "string" || ArrayBuffer.isView(source);
  const open: unknown = isOneImage ? undefined : (given[Symbol.asyncIterator] ?? given[Symbol.iterator]);
  if (typeof open !== "function") throw noSource(`it is ${show(source)}`);
  const iterator = open.call(source) as AnyIterator<Image>;
  const destroy = typeof given.destroy === "function" ? () => given.destroy?.call(source) : undefined;
  return new IteratorFrames(iterator, destroy);
}

const byteStream = "it is a byte stream, whose chunks are no pictures; one picture's goes to model.infer()";

// Only streams of `type: "bytes"` have readers that bring their own memory: those of Blobs, files and responses are some.
function isWebByteStream(source: unknown): boolean {
  try {
    (source as ReadableStream).getReader({ mode: "byob" }).releaseLock();
    return true;
  } catch {
    return false;
  }
}

interface NodeReadable {
  readonly readableObjectMode: boolean;
  pipe(): void;
  destroy(): void;
}

type AnyIterator<Image> = AsyncIterator<Image> | Iterator<Image | PromiseLike<Image>>;

function noSource(why: string): never {
  const expected = "an iterable or a stream of images";
  return invalidOption("the source of model.stream()", expected, undefined, ` Here ${why}.`);
}

class IteratorFrames<Image> implements Frames<Image> {
  readonly #iterator: AnyIterator<Image>;
  readonly #destroy: (() => void) | undefined;
  #pulling = false;
  #over = false;

  constructor(iterator: AnyIterator<Image>, destroy: (() => void) | undefined) {
    this.#iterator = iterator;
    this.#destroy = destroy;
  }

  async pull(): Promise<Pulled<Image>> {
    this.#pulling = true;
    try {
      const { done, value } = await this.#next();
      if (done !== true) return { image: await (value as Image | PromiseLike<Image>) };
      this.#over = true;
      return undefined;
    } finally {
      this.#pulling = false;
    }
  }

  // A source that throws has ended; one that hands over a promise that fails has not.
  async #next() {
    try {
      return await this.#iterator.next();
    } catch (error) {
      this.#over = true;
      throw error;
    }
  }

  async close(): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    this.#destroy?.(); // ends a pull that is under way
    const closing = Promise.resolve(this.#iterator.return?.());
    if (!this.#pulling) return void (await closing);
    // A generator answers only when what it awaits has come: that may be never.
    closing.catch(() => {});
  }
}

class ReaderFrames<Image> implements Frames<Image> {
  readonly #reader: FrameReader<Image>;
  #over = false;

  constructor(reader: FrameReader<Image>) {
    this.#reader = reader;
  }

  async pull(): Promise<Pulled<Image>> {
    try {
      const { done, value } = await this.#reader.read();
      if (!done) return { image: value as Image };
    } catch (error) {
      this.#end();
      throw error;
    }
    this.#end();
    return undefined;
  }

  async close(): Promise<void> {
    if (this.#over) return;
    try {
      await this.#reader.cancel();
    } finally {
      this.#end();
    }
  }

  // A stream that has ended or failed cannot be cancelled, but must be let go.
  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#reader.releaseLock();
  }
}
