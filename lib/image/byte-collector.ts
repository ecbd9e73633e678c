// Bytes that come in parts, up to a limit.

import { DeepLabError } from "../errors.js";
import { show } from "../show.js";
import { isEncodedBytes, viewBytes } from "./encoded.js";

/** Most bytes of a picture that comes as a stream, a Blob or a text: more than any photograph has, less than hurts. */
export const encodedByteLimit = 256 * 2 ** 20;

/** Most bytes of a picture that is named by its path: 100 million pixels of four 16-bit samples, not packed, fit. */
export const fileByteLimit = 2 ** 30;

/** Collects the parts of one picture. */
export class ByteCollector {
  readonly #parts: Uint8Array[] = [];
  readonly #limit: number;
  readonly #tooLarge: (limit: number) => DeepLabError;
  #length = 0;

  /**
   * @param limit Bytes.
   * @param tooLarge The error of more.
   */
  constructor(limit: number = encodedByteLimit, tooLarge: (limit: number) => DeepLabError = tooManyBytes) {
    this.#limit = limit;
    this.#tooLarge = tooLarge;
  }

  /**
   * Adds a part; it is not copied before the end.
   * @throws DeepLabError IMAGE_INVALID where it is no bytes; the error of the limit
   */
  add(part: unknown): void {
    if (!isEncodedBytes(part)) {
      throw new DeepLabError(
        "IMAGE_INVALID",
        `Expected the stream of a picture to give bytes but it gave ${show(part)}.`,
        {
          detail: { found: show(part) },
          hint: "pass a stream of Buffers or Uint8Arrays; a stream of many images goes to model.stream().",
        },
      );
    }
    const bytes = viewBytes(part, "A part of the picture's stream");
    this.#length += bytes.length;
    if (this.#length > this.#limit) throw this.#tooLarge(this.#limit);
    this.#parts.push(bytes);
  }

  /** All parts as one. */
  bytes(): Uint8Array {
    return Buffer.concat(this.#parts, this.#length);
  }
}

/** The error of a picture of too many bytes. */
export function tooManyBytes(allowed: number): DeepLabError {
  return new DeepLabError(
    "IMAGE_TOO_LARGE",
    `The picture has more than ${allowed} bytes, the most allowed.`,
    {
      detail: { allowed },
      hint: `pass ${allowed < fileByteLimit ? "the path of a file, which may have up to 1 GiB, " : "its raw pixels "}or a smaller picture.`,
    },
  );
}
