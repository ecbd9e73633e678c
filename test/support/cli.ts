// The command line as a process of its own.

import { type ChildProcess, spawn } from "node:child_process";
import { copyFile, mkdir, readdir } from "node:fs/promises";
import path from "node:path";
import sharp from "sharp";
import { afterAll } from "vitest";
import { newFolder, removeFolders, tinyPackage } from "./tiny-package.js";

const main = path.join(import.meta.dirname, "../../dist/cli/main.js");

/** What a command left behind. */
export interface Finished {
  /** Null where a signal ended it. */
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Where and with what a command runs. */
export interface CliOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Comes through stdin. */
  readonly input?: Uint8Array;
  /** A file descriptor that it writes to instead of a pipe. */
  readonly stdout?: number;
  /** What a shell does first, such as setting a limit. */
  readonly shell?: string;
}

/** Starts `deeplab-rt` with these arguments. */
export function startCli(args: readonly string[], options: CliOptions = {}): ChildProcess {
  const { env, cwd, input, stdout = "pipe", shell } = options;
  const words = [process.execPath, main, ...args];
  const [command = "", ...rest] =
    shell === undefined ? words : ["sh", "-c", `${shell}; exec "$0" "$@"`, ...words];
  const stdio = ["pipe", stdout, "pipe"] as const;
  const child = spawn(command, rest, { env: { ...process.env, ...env }, cwd, stdio: [...stdio] });
  child.stdin?.on("error", () => {}); // it may not be read
  child.stdin?.end(input);
  return child;
}

/** Waits for its end. */
export async function finished(child: ChildProcess): Promise<Finished> {
  const [out, err]: [string[], string[]] = [[], []];
  child.stdout?.on("data", (chunk) => out.push(String(chunk)));
  child.stderr?.on("data", (chunk) => err.push(String(chunk)));
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, out: out.join(""), err: err.join("") };
}

/** Runs it to its end. */
export const runCli = (args: readonly string[], options?: CliOptions) => finished(startCli(args, options));

/** A red PNG of 12×10 pixels in a new folder. */
export async function redPicture(name = "red.png"): Promise<string> {
  const file = path.join(await newFolder(), name);
  await mkdir(path.dirname(file), { recursive: true });
  const red = { width: 12, height: 10, channels: 3, background: { r: 255, g: 0, b: 0 } } as const;
  await sharp({ create: red }).png().toFile(file);
  return file;
}

/**
 * A tiny package and a red picture, for the top of a file: `const { model, picture } = await modelAndPicture();`. After
 * the file's last test all folders of tiny-package.ts are removed.
 */
export async function modelAndPicture(): Promise<{ model: string; picture: string }> {
  afterAll(removeFolders);
  return { model: await tinyPackage(), picture: await redPicture() };
}

/** A new folder with so many copies of a picture: `1.png`, `2.png`, … */
export async function copiesOf(picture: string, count: number): Promise<string> {
  const folder = await newFolder();
  const copies = Array.from({ length: count }, (_, i) =>
    copyFile(picture, path.join(folder, `${i + 1}${path.extname(picture)}`)),
  );
  await Promise.all(copies);
  return folder;
}

/** Whether every `0:07 left  6 of 21, 2.1 images/s` of a text fits its own rate; there must be some. */
export function timesLeftFit(text: string): boolean {
  const all = [...text.matchAll(/(\d+):(\d\d) left +(?:frame )?(\d+) of (\d+), ([\d.]+) images/g)];
  return (
    all.length > 0 &&
    all.every((match) => {
      const [minutes = 0, seconds = 0, done = 0, of = 0, perSecond = 0] = match.slice(1).map(Number);
      const expected = (of - done) / perSecond;
      return Math.abs(minutes * 60 + seconds - expected) <= 0.6 + expected / 10;
    })
  );
}

/** Every file below a folder, sorted. */
export async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name))).sort();
}
