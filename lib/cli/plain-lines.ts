// What is printed, for a terminal: no name of a file or class may move its cursor or pass for something else.

import { plain } from "../show.js";

// Ours, within blocks of text: line breaks, tabs, and the colours that tables show.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is left as it is
const ours = /(\n|\t|\x1b\[(?:48;2;\d{1,3};\d{1,3};\d{1,3}|0)m)/;

/** Lines in which control characters are shown as `\u001b`, which in JSON is the same text. Names are made plain before. */
export function plainLines(text: string): string {
  return text
    .split(ours)
    .map((part, i) => (i % 2 === 1 ? part : plain(part)))
    .join("");
}
