// A long text a piece at a time: read as a whole it would hold up the event loop.

import { setImmediate as nextTurn } from "node:timers/promises";

// Characters: well under a millisecond of work.
const pieceLength = 2 ** 17;

/**
 * The pieces of a text, with a turn of the event loop between them.
 * @throws the reason of `stop`
 */
export async function* textPieces(text: string, stop: AbortSignal): AsyncGenerator<string, void> {
  stop.throwIfAborted();
  for (let at = 0; at < text.length; at += pieceLength) {
    if (at > 0) await nextTurn();
    stop.throwIfAborted();
    yield text.slice(at, at + pieceLength);
  }
}
