// What a Resize or Upsample node does, as far as it can be done by tables of taps; or why it cannot.

import { attribute, declaredDims, type Graph, intAttribute, textAttribute } from "../onnx/graph.js";
import type { NodeProto } from "../onnx/schema.js";
import { isKnown, type Value, valuesOf } from "../onnx/values.js";
import { channelsOf } from "./tensor-facts.js";

/** How output places are mapped to input places: `coordinate_transformation_mode` of the operator Resize. */
export type CoordinateMode = "align_corners" | "half_pixel" | "pytorch_half_pixel" | "asymmetric";

/** Output size of one axis: either the scale that the graph states, or the size; the other one is 0. */
export interface AxisSize {
  readonly scale: number;
  readonly size: number;
}

/** A linear interpolation of rows and columns. */
export interface Interpolation {
  readonly coordinateMode: CoordinateMode;
  readonly rows: AxisSize;
  readonly columns: AxisSize;
}

/** Why the network is used as it is: one sentence, for people. */
export interface Uncut {
  readonly reason: string;
}

export const uncut = (reason: string): Uncut => ({ reason });

/** Says whether a step of the search ended it. */
export function isUncut(value: object): value is Uncut {
  return "reason" in value;
}

const coordinateModes: readonly string[] = [
  "align_corners",
  "half_pixel",
  "pytorch_half_pixel",
  "asymmetric",
] satisfies CoordinateMode[];

// Every attribute whose meaning is known here; the first ones have no bearing on linear interpolation.
const knownAttributes = [
  "cubic_coeff_a",
  "nearest_mode",
  "extrapolation_value",
  "mode",
  "scales",
  "coordinate_transformation_mode",
  "exclude_outside",
  "antialias",
  "axes",
  "keep_aspect_ratio_policy",
];

const rank = 4;

/** Reads the last interpolation of a network. */
export function readInterpolation(graph: Graph, node: NodeProto): Interpolation | Uncut {
  const refused = refuse(graph, node);
  if (refused !== undefined) return uncut(refused);
  const coordinateMode = coordinateModeOf(graph, node);
  if (!coordinateModes.includes(coordinateMode)) {
    return uncut(`the network's last interpolation has coordinate_transformation_mode "${coordinateMode}"`);
  }
  const sizes = readSizes(graph, node);
  return isUncut(sizes) ? sizes : { coordinateMode: coordinateMode as CoordinateMode, ...sizes };
}

// Before opset 11 there was one mode, without a name.
function coordinateModeOf({ file }: Graph, node: NodeProto): string {
  if (node.opType === "Upsample" || file.opset < 11) return "asymmetric";
  return textAttribute(node, "coordinate_transformation_mode", "half_pixel");
}

function refuse(graph: Graph, node: NodeProto): string | undefined {
  const mode = textAttribute(node, "mode", "nearest");
  const linear = mode === "linear" || (node.opType === "Upsample" && mode === "bilinear");
  if (!linear) return `the network's last interpolation has mode "${mode}", not "linear"`;
  const strange = node.attribute.find(({ name }) => !knownAttributes.includes(name))?.name;
  if (strange !== undefined) return `the network's last interpolation has the attribute "${strange}"`;
  for (const name of ["antialias", "exclude_outside"]) {
    if (intAttribute(node, name, 0) !== 0) return `the network's last interpolation has ${name}`;
  }
  const policy = textAttribute(node, "keep_aspect_ratio_policy", "stretch");
  if (policy !== "stretch")
    return `the network's last interpolation has keep_aspect_ratio_policy "${policy}"`;
  return hasRegion(graph, node) ? "the network's last interpolation has a region of interest" : undefined;
}

// Exporters give an empty list where there is no region.
function hasRegion(graph: Graph, node: NodeProto): boolean {
  if (inputsOf(graph, node).roi === "") return false;
  const region = valuesOf(graph, inputsOf(graph, node).roi);
  return !isKnown(region) || region.length > 0;
}

function inputsOf({ file }: Graph, node: NodeProto) {
  const at = (index: number) => node.input[index] ?? "";
  const early = node.opType === "Upsample" || file.opset < 11;
  return early ? { roi: "", scales: at(1), sizes: "" } : { roi: at(1), scales: at(2), sizes: at(3) };
}

type Axes = Pick<Interpolation, "rows" | "columns">;

function readSizes(graph: Graph, node: NodeProto): Axes | Uncut {
  const { scales, sizes } = inputsOf(graph, node);
  const listed = attribute(node, "scales")?.floats;
  if (listed !== undefined) return fromScales(node, listed);
  if (scales !== "") {
    const values = valuesOf(graph, scales);
    if (!isKnown(values))
      return uncut(`the network's last interpolation is not fixed: its scales ${values.unknown}`);
    if (values.length > 0 || sizes === "") return fromScales(node, values);
  }
  if (sizes === "") return uncut("the network's last interpolation has neither scales nor sizes");
  const values = valuesOf(graph, sizes);
  if (!isKnown(values))
    return uncut(`the network's last interpolation is not fixed: its sizes ${values.unknown}`);
  return fromSizes(graph, node, values);
}

// The values of all four axes; those that `axes` does not name keep their size.
function byAxis(node: NodeProto, values: readonly Value[]): (Value | "kept")[] | undefined {
  const axes = attribute(node, "axes")?.ints.map((axis) => Number(axis) + (axis < 0n ? rank : 0));
  const named = axes === undefined || axes.length === 0 ? [...Array(rank).keys()] : axes;
  if (named.length !== values.length || new Set(named).size !== named.length) return undefined;
  if (named.some((axis) => axis < 0 || axis >= rank)) return undefined;
  const all: (Value | "kept")[] = Array(rank).fill("kept");
  for (const [i, axis] of named.entries()) all[axis] = values[i] as Value;
  return all;
}

const notAnImage = uncut("the network's last interpolation is not one of [N, K, h, w] images");
const mixes = uncut("the network's last interpolation scales more than height and width");

function fromScales(node: NodeProto, values: readonly Value[]): Axes | Uncut {
  const [batch, channels, height, width] = byAxis(node, values) ?? [];
  if (width === undefined) return notAnImage;
  if (![batch, channels].every((scale) => scale === 1 || scale === "kept")) return mixes;
  const [rows, columns] = [height, width].map((scale) => (scale === "kept" ? 1 : scale));
  const usable = (scale: unknown): scale is number =>
    typeof scale === "number" && Number.isFinite(scale) && scale > 0;
  if (!usable(rows) || !usable(columns)) return uncut("the network's last interpolation has unusable scales");
  return { rows: { scale: rows, size: 0 }, columns: { scale: columns, size: 0 } };
}

function fromSizes(graph: Graph, node: NodeProto, values: readonly Value[]): Axes | Uncut {
  const [batch, channels, height, width] = byAxis(node, values) ?? [];
  if (width === undefined) return notAnImage;
  if (!keepsExtent(graph, node, batch, 0) || !keepsExtent(graph, node, channels, 1)) {
    return uncut(
      "the network's last interpolation states a batch size or channels that may not be those it is given",
    );
  }
  const [rows, columns] = [axisSize(height), axisSize(width)];
  if (rows === undefined || columns === undefined) {
    return uncut("the network's last interpolation is not fixed: its sizes are computed in the graph");
  }
  return { rows, columns };
}

function axisSize(size: Value | "kept" | undefined): AxisSize | undefined {
  if (size === "kept") return { scale: 1, size: 0 };
  const usable = typeof size === "number" && Number.isInteger(size) && size > 0 && size < 2 ** 24;
  return usable ? { scale: 0, size } : undefined;
}

// Whether a stated batch size (axis 0) or number of channels (axis 1) is the one the interpolation is given.
function keepsExtent(
  graph: Graph,
  node: NodeProto,
  stated: Value | "kept" | undefined,
  axis: 0 | 1,
): boolean {
  const given = node.input[0] ?? "";
  const images = graph.imageInput;
  if (stated === "kept") return true;
  if (typeof stated === "object") {
    const batchOfImages = axis === 0 && stated.extentOf === images?.name;
    return stated.axis === axis && (stated.extentOf === given || batchOfImages);
  }
  const actual = axis === 0 ? declaredDims(images?.type)?.[0] : channelsOf(graph, given);
  return stated !== undefined && stated === actual;
}
