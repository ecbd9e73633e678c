// What `segment` is given, as a list of single things: files, what folders and patterns hold, stdin, clips, cameras.

import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { glob, isDynamicPattern } from "tinyglobby";
import { DeepLabError } from "../../errors.js";
import { isAddressText, shownAddress } from "../../image/address-text.js";
import { pictureExtensions } from "../../image/extensions.js";
import { showPath } from "../../show.js";
import { cameraPlace, fileOf, webPlace } from "./addresses.js";
import { looksLikeOutput } from "./formats.js";
import { isBelow } from "./places.js";

/** One thing to segment. */
export interface Input {
  /** A camera never ends by itself; a clip does. */
  readonly kind: "picture" | "stdin" | "clip" | "camera";
  /** How messages and reports name it: as it was typed, or its path; an address without what may be a key. */
  readonly name: string;
  /** Tells it from all others, and is what is read: the absolute path of a file, a whole address. */
  readonly id: string;
  /** Its place among the inputs, with which its outputs lie in the output folder: `a/b.jpg`. */
  readonly place: string;
}

/** What was found. */
export interface FoundInputs {
  readonly inputs: readonly Input[];
  /** How many files are none because they are, or look like, outputs. */
  readonly leftOut: number;
}

const clipExtensions =
  ".mp4 .m4v .mov .mkv .webm .avi .mpg .mpeg .ts .mts .m2ts .wmv .flv .3gp .ogv .mjpeg .mjpg".split(" ");
const isClip = (file: string) => clipExtensions.includes(path.extname(file).toLowerCase());
const isPicture = (file: string) => pictureExtensions.includes(path.extname(file).toLowerCase());
// What ffmpeg reads for as long as it comes.
const streamUrl = /^(?:rtsps?|rtmps?|srt|udp|rtp|tcp):\/\//i;
const webUrl = /^https?:\/\//i;
const device = /^\/dev\/video\d+$/;
const byName = new Intl.Collator("en", { numeric: true }).compare;

/**
 * Finds all of them, each once, in the order in which they were given; those of a folder by name.
 * @param recursive Folders with all folders below.
 * @throws DeepLabError OPTION_INVALID where a folder or pattern holds nothing
 */
export async function findInputs(given: readonly string[], recursive: boolean): Promise<FoundInputs> {
  const found = new Map<string, Input>();
  let leftOut = 0;
  for (const text of given) {
    const { inputs, leftOut: more } = await find(text, recursive);
    for (const input of inputs) if (!found.has(input.id)) found.set(input.id, input);
    leftOut += more;
  }
  return { inputs: [...found.values()], leftOut };
}

async function find(text: string, recursive: boolean): Promise<FoundInputs> {
  const only = (input: Input) => ({ inputs: [input], leftOut: 0 });
  if (text === "-") return only({ kind: "stdin", name: "-", id: "-", place: "stdin" });
  if (device.test(text)) return only({ kind: "camera", name: text, id: text, place: path.basename(text) });
  if (streamUrl.test(text)) return only(camera(text));
  if (webUrl.test(text)) return only(webFile(text));
  const file = text.startsWith("file:") ? fileOf(text) : text;
  const facts = await stat(file).catch(() => undefined);
  if (facts?.isDirectory()) return inFolder(text, file, recursive);
  if (facts === undefined && isAddressText(file)) return only(otherAddress(file));
  if (facts === undefined && isDynamicPattern(text)) return matching(text);
  return only(fileInput(file, path.basename(file), text));
}

function fileInput(file: string, place: string, name = file): Input {
  return { kind: isClip(file) ? "clip" : "picture", name, id: path.resolve(file), place };
}

function camera(text: string): Input {
  return { kind: "camera", name: shownAddress(text), id: text, place: cameraPlace(text) };
}

function webFile(text: string): Input {
  const place = webPlace(text);
  return { kind: isClip(place) ? "clip" : "picture", name: shownAddress(text), id: text, place };
}

// Nobody reads it: infer will say so.
function otherAddress(text: string): Input {
  return { kind: "picture", name: shownAddress(text), id: text, place: webPlace(text) };
}

async function inFolder(text: string, folder: string, recursive: boolean): Promise<FoundInputs> {
  const pictures = (await filesIn(folder, recursive)).filter(isPicture).sort(byName);
  const inputs = pictures.filter((name) => !looksLikeOutput(name));
  if (inputs.length === 0) throw nothingIn(text, recursive);
  return {
    inputs: inputs.map((name) => fileInput(path.join(folder, name), name)),
    leftOut: pictures.length - inputs.length,
  };
}

// Paths within the folder. Links to files are files; links to folders are not followed, for they may lead back.
async function filesIn(folder: string, recursive: boolean, within = ""): Promise<string[]> {
  const entries = await readdir(path.join(folder, within), { withFileTypes: true });
  const shown = entries.filter(({ name }) => !name.startsWith("."));
  const lists = shown.map(async (entry) => {
    const name = path.join(within, entry.name);
    if (entry.isDirectory()) return recursive ? filesIn(folder, recursive, name) : [];
    const isFile = entry.isFile() || (await stat(path.join(folder, name)).catch(() => undefined))?.isFile();
    return isFile ? [name] : [];
  });
  return (await Promise.all(lists)).flat();
}

// Shells do this as a rule; not where the pattern is in quotes, and not on Windows.
async function matching(pattern: string): Promise<FoundInputs> {
  const names = await glob(pattern.replaceAll("\\", "/"), { expandDirectories: false });
  const matches = names.filter((name) => isPicture(name) || isClip(name)).sort(byName);
  const inputs = matches.filter((name) => !looksLikeOutput(name));
  const leftOut = matches.length - inputs.length;
  if (inputs.length === 0) throw matchesNothing(pattern, leftOut);
  const base = fixedPart(pattern);
  return { inputs: inputs.map((name) => fileInput(name, placeBelow(base, name))), leftOut };
}

// A pattern may lead out of its own fixed part ("*/../../other/*.jpg"): what lies there has its name alone.
function placeBelow(folder: string, file: string): string {
  const place = path.relative(folder, file);
  return isBelow(place) ? place : path.basename(file);
}

// The folders of a pattern up to the first that is no plain name: "photos" of "photos/*/left/*.jpg".
function fixedPart(pattern: string): string {
  const parts = path.dirname(pattern).split("/");
  const first = parts.findIndex((part) => isDynamicPattern(part));
  return (first < 0 ? parts : parts.slice(0, first)).join("/") || (pattern.startsWith("/") ? "/" : ".");
}

function nothingIn(folder: string, recursive: boolean): DeepLabError {
  const hint = recursive ? "" : "pass --recursive to search the folders below it too.";
  return new DeepLabError("OPTION_INVALID", `The folder ${showPath(folder)} holds no pictures to segment.`, {
    detail: { found: showPath(folder), allowed: pictureExtensions },
    hint: hint === "" ? `pictures are files that end in ${pictureExtensions.join(", ")}.` : hint,
  });
}

function matchesNothing(pattern: string, leftOut: number): DeepLabError {
  return new DeepLabError("OPTION_INVALID", `No picture or clip matches the pattern ${showPath(pattern)}.`, {
    detail: { found: showPath(pattern) },
    hint:
      leftOut === 0
        ? "relative patterns start at the current working directory."
        : "what does is called like outputs of deeplab-rt: name the files themselves to segment them all the same.",
  });
}
