// What every command is given: where it writes, and when it has to stop.

import { plain } from "../show.js";
import type { ProgressScreen } from "./progress-line.js";

/** The surroundings of a command. */
export interface CommandContext {
  /** Aborted by Ctrl+C, and when the reader of the results has gone. */
  readonly signal: AbortSignal;
  /** Where `-` is read from. */
  readonly stdin: NodeJS.ReadableStream;
  /** Results: one line or block of text, without its last line break. */
  readonly print: (text: string) => void;
  /** Complaints, to the other stream. */
  readonly complain: (text: string) => void;
  /** Whether results go to a terminal. */
  readonly isTerminal: boolean;
  /** Where it shows how far it is: the stream of complaints. */
  readonly progress: ProgressScreen;
}

/** An error as a user should see it; what the file system says as it is, unforeseen ones with their stack. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, syscall } = error as { code?: unknown; syscall?: unknown };
  if (error.name === "DeepLabError") return `[${code}] ${error.message}`;
  return syscall === undefined ? (error.stack ?? error.message) : plain(error.message);
}
