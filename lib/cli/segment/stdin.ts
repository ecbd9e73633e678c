// The picture that is piped in: `-` among the inputs.

import { whenAborted } from "../../abort.js";
import { DeepLabError } from "../../errors.js";

// No picture that could be decoded is nearly as large: whatever comes is not kept without bound.
const mostBytes = 2 ** 30;

/**
 * All of it.
 * @throws DeepLabError IMAGE_TOO_LARGE; the signal's reason
 */
export async function readStdin(stdin: NodeJS.ReadableStream, signal: AbortSignal): Promise<Buffer> {
  const stream = stdin as NodeJS.ReadStream;
  const release = whenAborted(signal, () => stream.destroy(signal.reason));
  try {
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of stream) {
      length += chunk.length;
      if (length > mostBytes) throw tooLarge();
      chunks.push(chunk as Buffer);
    }
    return Buffer.concat(chunks);
  } finally {
    release();
    stream.destroy();
  }
}

function tooLarge(): DeepLabError {
  return new DeepLabError("IMAGE_TOO_LARGE", `More than ${mostBytes} bytes came through stdin.`, {
    detail: { allowed: mostBytes },
  });
}
