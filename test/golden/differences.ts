// Where this project answers otherwise than the reference on purpose. docs/reference-differences.md explains each
// and names the same case ids; a test holds both lists against each other.

import { goldenCases } from "../support/golden-set.js";
import { refusedInput } from "./scope.js";

/** Refused here with this code, where the reference computes something. */
export const refusedHere: Readonly<Record<string, string>> = {
  "package-scaling-zero": "PACKAGE_INVALID",
  "threshold-1.5": "OPTION_INVALID",
  "threshold--1.0": "OPTION_INVALID",
  "threshold-bogus": "OPTION_INVALID",
  "threshold-None": "OPTION_INVALID",
  "bad-numpy_0h-center-crop": "IMAGE_EMPTY",
  "bad-numpy_0w-center-crop": "IMAGE_EMPTY",
};

/** Answered here, where the reference fails: judged by the oracle alone. */
export const answeredHere: readonly string[] = [
  "package-names-crlf-blank-spaces",
  "classes-k-more-perclass",
  "bad-numpy_gray2d-stretch",
  "bad-numpy_gray2d-letterbox",
  "bad-numpy_gray2d-center-crop",
  "bad-numpy_hw1-stretch",
  "bad-numpy_hw1-letterbox",
  "bad-torch_1hw_u8-stretch",
  "bad-torch_1hw_u8-letterbox",
  "bad-torch_1hw_u8-center-crop",
  "bad-numpy_bgra-center-crop",
  // Arrays and tensors are one kind.
  "bad-list-mixed-kinds",
  "bad-list-mixed-kinds-2",
];

/** Answered otherwise than the reference from the logits on: input and logits agree, the maps agree with the oracle. */
export const otherMaps: readonly string[] = [
  // Whole numbers are numbers.
  "threshold-0",
  "threshold-1",
  "threshold-rec-global-1-int",
  "threshold-rec-perclass-1-int",
  // One pixel wide pictures are resized, where torch repeats the first row.
  "resize-stretch-col1",
  "resize-stretch-thin",
  "resize-letterbox-114-col1",
];

/** Refused here for the kind of their input, where the reference answers. */
export const refusedInputs: readonly string[] = goldenCases()
  .filter((item) => item.expected_error === undefined && refusedInput(item) !== undefined)
  .map(({ id }) => id);

/** Every case id that the document must name, and no other. */
export const differenceIds: readonly string[] = [
  ...Object.keys(refusedHere),
  ...refusedInputs,
  ...answeredHere,
  ...otherMaps,
];

/** K that fits neither the names nor one less: run with `allowClassMismatch`, and refused without it. */
export const classMismatch = (channels: number, names: number): boolean =>
  channels !== 1 && channels !== names && channels !== names - 1;
