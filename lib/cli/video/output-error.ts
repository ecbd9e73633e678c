// What ffmpeg says of an output that it cannot write, as the error of the system that it is.

import type { ToolEnd } from "./tool.js";

// In the system's own words, with which ffmpeg's lines end.
const codes = {
  "No space left on device": "ENOSPC",
  "Disk quota exceeded": "EDQUOT",
  "File too large": "EFBIG",
  "Permission denied": "EACCES",
  "Operation not permitted": "EPERM",
  "Read-only file system": "EROFS",
  "Input/output error": "EIO",
} as const;

/** As Node.js would have thrown it, with the file; undefined where it is none of the system. */
export function outputError({ complaints, signal }: ToolEnd, file: string): Error | undefined {
  const all = signal === "SIGXFSZ" ? ["File too large"] : complaints;
  for (const [words, code] of Object.entries(codes)) {
    if (!all.some((line) => line.endsWith(words))) continue;
    const message = `${code}: ${words.toLowerCase()}, write '${file}'`;
    return Object.assign(new Error(message), { code, syscall: "write", path: file });
  }
  return undefined;
}
