// Probabilities of chosen classes: from names to the network's channels, and the planes that come back.

import { invalidOption } from "./checks.js";
import { DeepLabError } from "./errors.js";
import { shorten, show } from "./show.js";
import { didYouMean } from "./suggest.js";

/** What is needed to tell which channel of the network is which class. */
export interface ChannelContext {
  readonly classNames: readonly string[];
  readonly backgroundClassId: number;
  /** Channels of the network's output. */
  readonly channels: number;
}

/** Planes that are asked for: their names and the network's channels. */
export interface ProbabilityRequest {
  readonly classes: readonly string[];
  readonly channels: Uint16Array;
}

/** No planes. */
export const noProbabilities: ProbabilityRequest = { classes: [], channels: new Uint16Array(0) };

/**
 * How likely each class is, pixel by pixel: the softmax over all channels of the network (the sigmoid, where there
 * is one channel), at the size of the maps, before any threshold; 0 outside the static crop.
 * @typeParam Classes The model's class names.
 */
export class Probabilities<Classes extends string = string> {
  /** Names of the planes, in their order. */
  readonly classes: readonly Classes[];
  /** Width of a plane: that of the maps. */
  readonly width: number;
  /** Height of a plane. */
  readonly height: number;
  /** `[classes.length, height, width]`, 0 to 1. */
  readonly data: Float32Array;

  /**
   * `model.infer` makes them; by hand they are made whole again of a clone in another thread.
   * @param data `[classes.length, height, width]`.
   * @throws DeepLabError OPTION_INVALID where `data` has another length
   */
  constructor(classes: readonly Classes[], width: number, height: number, data: Float32Array) {
    if (data?.length !== classes?.length * width * height) {
      const expected = "classes.length · height · width numbers";
      invalidOption("data of new Probabilities(classes, width, height, data)", expected, data);
    }
    this.classes = classes;
    this.width = width;
    this.height = height;
    this.data = data;
  }

  /**
   * The plane of one class: `width · height` numbers, a part of `data`.
   * @param className One of `classes`, or its position there.
   * @throws DeepLabError OPTION_INVALID where it was not asked for
   */
  plane(className: Classes | number): Float32Array {
    const index = typeof className === "number" ? className : this.classes.indexOf(className);
    if (!Number.isInteger(index) || index < 0 || index >= this.classes.length) {
      const expected = `one of ${this.classes.slice(0, 30).map(show).join(", ")}`;
      return invalidOption("the class of a plane", expected, className);
    }
    const size = this.width * this.height;
    return this.data.subarray(index * size, (index + 1) * size);
  }
}

/**
 * Class id of each channel: where the network has one channel, or one fewer than there are names, it leaves out the
 * background.
 */
export function idsOfChannels({ classNames, backgroundClassId, channels }: ChannelContext): number[] {
  const withoutBackground = channels === 1 || channels === classNames.length - 1;
  return Array.from({ length: channels }, (_, channel) =>
    withoutBackground && channel >= backgroundClassId ? channel + 1 : channel,
  );
}

/**
 * Checks `probabilityClasses`; undefined asks for every channel, in their order.
 * @throws DeepLabError OPTION_INVALID
 */
export function parseProbabilityClasses(value: unknown, context: ChannelContext): ProbabilityRequest {
  const ids = idsOfChannels(context);
  if (value === undefined) {
    const classes = ids.map((id) => context.classNames[id] ?? `class ${id}`);
    return { classes, channels: Uint16Array.from(ids.keys()) };
  }
  if (!Array.isArray(value) || value.length === 0)
    return invalidOption("probabilityClasses", "a list of at least one class name", value);
  const channels = value.map((name) => ids.indexOf(idOf(name, context.classNames)));
  const without = channels.indexOf(-1);
  if (without >= 0) throw noChannel(value[without] as string);
  return { classes: [...(value as string[])], channels: Uint16Array.from(channels) };
}

function idOf(name: unknown, classNames: readonly string[]): number {
  const id = typeof name === "string" ? classNames.indexOf(name) : -1;
  if (id >= 0) return id;
  const known = classNames.slice(0, 30).map(show).join(", ");
  const suggestion = didYouMean(name, classNames);
  return invalidOption("probabilityClasses", `a list of the model's classes (${known})`, name, suggestion);
}

function noChannel(name: string): DeepLabError {
  return new DeepLabError(
    "OPTION_INVALID",
    `The network has no channel for the class ${show(name)}, so there are no probabilities of it.`,
    {
      detail: { option: "probabilityClasses", found: shorten(name) },
      hint: "ask for the other classes: a pixel that none of them takes is background.",
    },
  );
}
