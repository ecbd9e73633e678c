// ffmpeg and ffprobe as processes of ours: found, started, watched, and never left behind.

import { type ChildProcess, spawn } from "node:child_process";
import { whenAborted } from "../../abort.js";
import { LastLines } from "../../compile/last-lines.js";
import { DeepLabError } from "../../errors.js";
import { shownAddress, withShownAddresses } from "../../image/address-text.js";

/** How a process ended. */
export interface ToolEnd {
  /** Null where a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** What it complained of last. */
  readonly complaints: readonly string[];
}

/** A running ffmpeg or ffprobe. */
export class Tool {
  /** The process: whoever started it reads and writes its pipes. */
  readonly child: ChildProcess;
  /** Settled when the process and its pipes are gone; never rejects but where it could not be started. */
  readonly ended: Promise<ToolEnd>;

  /**
   * Starts it, in a group of its own: Ctrl+C at the terminal reaches us alone, and we end it when it is time.
   * @param stdin `"pipe"` where something is written to it.
   */
  constructor(command: "ffmpeg" | "ffprobe", args: readonly string[], stdin: "ignore" | "pipe" = "ignore") {
    this.child = spawn(command, args, { stdio: [stdin, "pipe", "pipe"], detached: true, windowsHide: true });
    const complaints = new LastLines((line) => !/^ *Last message repeated/.test(line));
    this.child.stderr?.setEncoding("utf8").on("data", (text: string) => complaints.add(text));
    // Written to after its end: whoever writes asks how it ended.
    this.child.stdin?.on("error", () => {});
    this.ended = new Promise((resolve, reject) => {
      this.child.once("error", (error) => reject(startError(command, error)));
      this.child.once("close", (code, signal) => {
        complaints.end();
        resolve({ code, signal, complaints: complaints.all.map((line) => shownLine(line, args)) });
      });
    });
    this.ended.catch(() => {}); // it is looked at when its turn comes
  }

  /** Ends it at once where it still runs, and waits until it is gone. */
  async kill(): Promise<void> {
    this.child.stdout?.destroy();
    this.child.kill("SIGKILL");
    await this.ended.catch(() => {});
  }
}

const longest = 300;

// ffmpeg repeats addresses as it was given them, or nearly so. Where its parts lie in its memory is of no use to anybody.
function shownLine(line: string, args: readonly string[]): string {
  const addresses = args.filter((arg) => arg.includes("://"));
  const shown = addresses.reduce((text, address) => text.replaceAll(address, shownAddress(address)), line);
  return withShownAddresses(shown.replace(/ @ 0x[\da-f]+\]/, "]")).slice(0, longest);
}

function startError(command: string, error: NodeJS.ErrnoException): Error {
  if (error.code !== "ENOENT") return error;
  return new DeepLabError(
    "IMAGE_DECODER_UNAVAILABLE",
    `Videos are read and written by ${command}, which is not on the PATH.`,
    {
      detail: { found: null, expected: command },
      hint:
        "install ffmpeg, ffprobe being part of it: apt install ffmpeg (Debian, Ubuntu), dnf install ffmpeg (Fedora), " +
        "brew install ffmpeg (macOS), winget install ffmpeg (Windows).",
      cause: error,
    },
  );
}

/** Everything that a short run prints. */
export async function toolOutput(
  command: "ffmpeg" | "ffprobe",
  args: readonly string[],
  { signal, patience }: { readonly signal: AbortSignal; readonly patience: number },
): Promise<ToolEnd & { readonly output: string }> {
  const tool = new Tool(command, args);
  const stop = () => void tool.kill();
  const timer = setTimeout(stop, patience);
  const release = whenAborted(signal, stop);
  try {
    let output = "";
    tool.child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    const end = await tool.ended;
    signal.throwIfAborted();
    return { ...end, output };
  } finally {
    clearTimeout(timer);
    release();
  }
}
