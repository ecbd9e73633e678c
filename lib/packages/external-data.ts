// An ONNX file may keep its weights in other files, named inside it. Those names come from whoever made
// the model, so each must lie inside the package folder: no absolute path, no "..", no link that leaves.

import { realpath } from "node:fs/promises";
import path from "node:path";
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { DeepLabError } from "../errors.js";
import { missingFile } from "./files.js";

type Message =
  | "model"
  | "training"
  | "function"
  | "graph"
  | "node"
  | "attribute"
  | "sparse"
  | "tensor"
  | "entry";

// The way from ModelProto to every TensorProto.external_data entry: field number → message type (onnx.proto).
const children: Readonly<Record<Message, Readonly<Partial<Record<number, Message>>>>> = {
  model: { 7: "graph", 20: "training", 25: "function" },
  training: { 1: "graph", 2: "graph" },
  function: { 7: "node", 11: "attribute" },
  graph: { 1: "node", 5: "tensor", 15: "sparse" },
  node: { 5: "attribute" },
  attribute: { 5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse" },
  sparse: { 1: "tensor", 2: "tensor" },
  tensor: { 13: "entry" },
  entry: {},
};

const entryKey = 1;
const entryValue = 2;

// Protobuf's own libraries stop at 100 levels.
const maxDepth = 100;

interface Frame {
  readonly message: Message;
  /** Offset just behind the message. */
  readonly end: number;
  key: string;
  value: string;
}

/**
 * Every file name in the `external_data` of a serialized ONNX model, each once. Damaged bytes end the scan:
 * ONNX Runtime has the better words for them.
 */
export function externalDataLocations(model: Uint8Array): string[] {
  const found = new Set<string>();
  try {
    scan(model, found);
  } catch (error) {
    if (!(error instanceof Error)) throw error; // the reader throws plain errors at damaged bytes only
  }
  return [...found];
}

// Depth-first without recursion: `frames` holds the open messages, the reader stands inside the last one.
function scan(model: Uint8Array, found: Set<string>): void {
  const reader = new BinaryReader(model);
  const frames: Frame[] = [newFrame("model", model.length)];
  for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
    if (reader.pos >= frame.end) {
      if (frame.message === "entry" && frame.key === "location") found.add(frame.value);
      frames.pop();
      continue;
    }
    const [field, wireType] = reader.tag();
    if (wireType !== WireType.LengthDelimited) {
      reader.skip(wireType, field);
      continue;
    }
    enterOrSkip(reader, model, frames, frame, field);
  }
}

function enterOrSkip(
  reader: BinaryReader,
  model: Uint8Array,
  frames: Frame[],
  frame: Frame,
  field: number,
): void {
  const end = reader.uint32() + reader.pos;
  if (end > frame.end) throw new RangeError("a field reaches beyond its message");
  const child = children[frame.message][field];
  if (child !== undefined) {
    if (frames.length >= maxDepth) throw new RangeError("messages are nested too deeply");
    frames.push(newFrame(child, end));
    return;
  }
  if (frame.message === "entry") readEntryField(frame, field, model.subarray(reader.pos, end));
  reader.pos = end;
}

function readEntryField(frame: Frame, field: number, bytes: Uint8Array): void {
  const text = new TextDecoder().decode(bytes);
  if (field === entryKey) frame.key = text;
  if (field === entryValue) frame.value = text;
}

function newFrame(message: Message, end: number): Frame {
  return { message, end, key: "", value: "" };
}

/**
 * The files that hold the network's external data, links resolved; refuses those outside the package folder.
 * @throws DeepLabError PACKAGE_EXTERNAL_DATA, PACKAGE_MISSING_FILE
 */
export async function externalDataFiles(weights: Uint8Array, weightsPath: string): Promise<string[]> {
  const folder = path.dirname(weightsPath);
  const files: string[] = [];
  for (const location of externalDataLocations(weights)) {
    if (isOutside(location)) throw leaves(weightsPath, location, "it must be a relative path without ..");
    const file = path.join(folder, location);
    const [realFolder, realFile] = await Promise.all([realpath(folder), resolveFile(file)]);
    const inside = path.relative(realFolder, realFile);
    if (isOutside(inside)) throw leaves(weightsPath, location, `it is a link to ${realFile}`);
    files.push(realFile);
  }
  return files;
}

function isOutside(location: string): boolean {
  if (location === "" || location.includes("\0")) return true;
  if (path.posix.isAbsolute(location) || path.win32.isAbsolute(location) || /^[a-z]:/i.test(location))
    return true;
  return location.split(/[\\/]/).includes("..");
}

async function resolveFile(file: string): Promise<string> {
  try {
    return await realpath(file);
  } catch (error) {
    throw missingFile(file, error);
  }
}

function leaves(weightsPath: string, location: string, why: string): DeepLabError {
  return new DeepLabError(
    "PACKAGE_EXTERNAL_DATA",
    `${weightsPath} keeps weights in ${JSON.stringify(location)}, which is outside the package folder: ${why}.`,
    { detail: { file: weightsPath, field: "external_data.location", found: location } },
  );
}
