// Oracle: where an image goes. Static crop, placement in the network's input, pads; from the spec alone.

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Rect extends Size {
  readonly x: number;
  readonly y: number;
}

export interface Pads {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export type ResizeMode = "stretch" | "letterbox" | "center-crop";

/** Whole percents of the image. */
export interface CropPercent {
  readonly xMin: number;
  readonly xMax: number;
  readonly yMin: number;
  readonly yMax: number;
}

export interface PlacementConfig {
  readonly resizeMode: ResizeMode;
  /** Network input; undefined: the image's own size after the crop. */
  readonly input: Size | undefined;
  readonly staticCrop: CropPercent | undefined;
}

export interface Geometry {
  readonly source: Size;
  readonly crop: Rect;
  readonly input: Size;
  /** Size of the picture inside the input, before any cut by center-crop. */
  readonly scaled: Size;
  /** Canvas pads in input pixels; negative where center-crop cut the image. */
  readonly pads: Pads;
}

/** The part `[min, max)` of an axis, by percents truncated in double precision; the end stays inside the image. */
function cropAxis(minPercent: number, maxPercent: number, length: number): [number, number] {
  const start = Math.trunc((minPercent / 100) * length);
  const end = Math.min(Math.trunc((maxPercent / 100) * length), length);
  return [start, end - start];
}

function cropOf(crop: CropPercent | undefined, source: Size): Rect {
  if (crop === undefined) return { x: 0, y: 0, ...source };
  const [x, width] = cropAxis(crop.xMin, crop.xMax, source.width);
  const [y, height] = cropAxis(crop.yMin, crop.yMax, source.height);
  return { x, y, width, height };
}

const half = (value: number) => Math.trunc(value / 2);

function letterbox(image: Size, input: Size): Pick<Geometry, "scaled" | "pads"> {
  const scale = Math.min(input.width / image.width, input.height / image.height);
  const scaled = { width: Math.trunc(image.width * scale), height: Math.trunc(image.height * scale) };
  const left = half(input.width - scaled.width);
  const top = half(input.height - scaled.height);
  const right = input.width - left - scaled.width;
  const bottom = input.height - top - scaled.height;
  return { scaled, pads: { left, top, right, bottom } };
}

/** One axis of center-crop: positive pads for a smaller image, negative for a larger one. */
function centerAxis(length: number, input: number): [number, number] {
  const room = Math.abs(input - length);
  const before = Math.floor(room / 2);
  return input > length ? [before, room - before] : [0 - before, 0 - (room - before)];
}

/** Where an image of this size goes. Sizes of zero mean that there is no such picture: an error elsewhere. */
export function geometryOf(config: PlacementConfig, source: Size): Geometry {
  const crop = cropOf(config.staticCrop, source);
  const image = { width: crop.width, height: crop.height };
  const input = config.input ?? image;
  if (config.resizeMode === "letterbox") return { source, crop, input, ...letterbox(image, input) };
  if (config.resizeMode === "stretch") {
    return { source, crop, input, scaled: input, pads: { left: 0, top: 0, right: 0, bottom: 0 } };
  }
  const [left, right] = centerAxis(image.width, input.width);
  const [top, bottom] = centerAxis(image.height, input.height);
  return { source, crop, input, scaled: image, pads: { left, top, right, bottom } };
}
