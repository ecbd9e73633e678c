// One encoded picture from a stream of bytes, Node's or the web's. A stream is ours from the call on: it is read when
// the picture's turn comes and destroyed (the web's: cancelled) when the call fails, ends or is aborted before.

import type { Readable } from "node:stream";
import { whenAborted } from "../abort.js";
import { DeepLabError } from "../errors.js";
import { show } from "../show.js";
import { ByteCollector } from "./byte-collector.js";
import type { LaterImage } from "./taken.js";

/** What is used of a web `ReadableStream` of bytes. */
export interface WebByteStream {
  /** Whether somebody reads it. */
  readonly locked: boolean;
  /** Its reader, which then is the only one. */
  getReader(): WebByteReader;
}

/** What is used of a `ReadableStreamDefaultReader`. */
export interface WebByteReader {
  /** The next bytes, or the end. */
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
  /** Says that no more will be read. */
  cancel(reason?: unknown): Promise<void>;
  /** Lets others read. */
  releaseLock(): void;
}

/** Whether this is a stream of Node's kind, of whatever contents. */
export function isNodeStream(value: unknown): value is Readable {
  const { pipe, read, on, destroy } = Object(value) as Partial<Readable>;
  return [pipe, read, on, destroy].every((method) => typeof method === "function");
}

/** Whether this is a web stream, of whatever contents. */
export function isWebStream(value: unknown): value is WebByteStream {
  const { getReader, locked } = Object(value) as Partial<WebByteStream>;
  return typeof getReader === "function" && typeof locked === "boolean";
}

/**
 * Locks a web stream until it is read or dropped.
 * @throws DeepLabError IMAGE_INVALID
 */
export function takeWebStream(stream: WebByteStream): LaterImage {
  if (stream.locked) throw unusable("somebody else reads it (it is locked)");
  const reader = stream.getReader();
  const cancel = (reason?: unknown) => void reader.cancel(reason).catch(() => {});
  return {
    kind: "later",
    read: (stop) => readWeb(reader, cancel, stop),
    drop: () => {
      cancel();
      reader.releaseLock();
    },
  };
}

async function readWeb(
  reader: WebByteReader,
  cancel: (reason: unknown) => void,
  stop: AbortSignal,
): Promise<Uint8Array> {
  // A cancelled stream ends: the read that waits is answered.
  const release = whenAborted(stop, () => cancel(stop.reason));
  const collector = new ByteCollector();
  try {
    stop.throwIfAborted();
    for (;;) {
      const { done, value } = await reader.read();
      stop.throwIfAborted();
      if (done) return collector.bytes();
      collector.add(value);
    }
  } catch (error) {
    cancel(error);
    throw stop.aborted ? stop.reason : readError(error);
  } finally {
    release();
    reader.releaseLock();
  }
}

// A stream can be read once: of two images the second is refused at the call.
const taken = new WeakSet<object>();

/**
 * Takes a Node.js Readable.
 * @throws DeepLabError IMAGE_INVALID, IMAGE_UNREADABLE
 */
export function takeNodeStream(stream: Readable): LaterImage {
  checkUsable(stream);
  taken.add(stream);
  // Until it is read nobody else would hear of an error, which then ends the process.
  stream.on("error", () => {});
  return {
    kind: "later",
    read: (stop) => readNode(stream, stop),
    drop: () => void stream.destroy(),
  };
}

function checkUsable(stream: Readable): void {
  if (stream.readableObjectMode) {
    throw unusable(
      "it is in object mode, where it may hold many",
      "pass a stream of many images to model.stream(), and bytes as a stream that is not in object mode: Readable.from(parts, { objectMode: false }).",
    );
  }
  if (stream.readableEncoding)
    throw unusable(`it gives text (setEncoding(${show(stream.readableEncoding)}))`);
  if (stream.errored) throw readError(stream.errored);
  if (taken.has(stream) || stream.readableDidRead) throw unusable("it is read already");
  if (stream.destroyed || stream.readable === false) throw unusable("it has ended or was destroyed");
}

async function readNode(stream: Readable, stop: AbortSignal): Promise<Uint8Array> {
  const release = whenAborted(stop, () => stream.destroy());
  const collector = new ByteCollector();
  try {
    stop.throwIfAborted();
    // Leaving this loop destroys the stream, and so does its end.
    for await (const chunk of stream) collector.add(chunk);
    stop.throwIfAborted();
    return collector.bytes();
  } catch (error) {
    stream.destroy();
    throw stop.aborted ? stop.reason : readError(error);
  } finally {
    release();
  }
}

function unusable(
  why: string,
  hint = "pass a stream of bytes that nobody has read from, or the bytes.",
): DeepLabError {
  return new DeepLabError("IMAGE_INVALID", `Expected a stream of one encoded picture but ${why}.`, {
    detail: { reason: why },
    hint,
  });
}

function readError(error: unknown): DeepLabError {
  if (error instanceof DeepLabError) return error;
  const reason = error instanceof Error ? error.message : show(error);
  return new DeepLabError("IMAGE_UNREADABLE", `The stream of the picture failed: ${reason}.`, {
    detail: { reason },
    hint: "see the cause: the error is the stream's own.",
    cause: error,
  });
}
