// Plain tables, and the report of one result; used by the commands and by "npm start".

import type { ClassStats } from "../class-stats.js";
import { plain } from "../show.js";
import type { Timings } from "../timings.js";

/** One column: its title and on which side the text stands. */
export interface Column {
  readonly title: string;
  readonly align: "left" | "right";
}

// Escape sequences take no room on the screen.
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is looked for
const escapes = /\x1b\[[0-9;]*m/g;

/** A table of text: two spaces between columns, a rule under the titles, no spaces at the ends of lines. */
export function formatTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const lines = [columns.map(({ title }) => title), ...rows];
  const widths = columns.map((_, i) => Math.max(...lines.map((line) => shownWidth(line[i] ?? ""))));
  const format = (line: readonly string[]) =>
    columns
      .map(({ align }, i) => pad(line[i] ?? "", widths[i] ?? 0, align))
      .join("  ")
      .trimEnd();
  const rule = widths.map((width) => "-".repeat(width)).join("  ");
  const [titles = [], ...body] = lines;
  return [format(titles), rule, ...body.map(format)].join("\n");
}

/**
 * Class, pixels, share, mean confidence and colour of the classes that were found, the largest first.
 * @param swatches Show the colours themselves; for terminals only.
 */
export function classTable(stats: readonly ClassStats[], swatches: boolean): string {
  const found = stats.filter(({ pixels }) => pixels > 0).sort((a, b) => b.pixels - a.pixels);
  const rows = found.map(({ name, pixels, share, meanConfidence, color }) => [
    plain(name),
    String(pixels),
    `${(share * 100).toFixed(2)} %`,
    meanConfidence.toFixed(3),
    colorText(color, swatches),
  ]);
  const table = formatTable(classColumns, rows);
  const absent = stats.length - found.length;
  return absent === 0 ? table : `${table}\n(${absent} ${absent === 1 ? "class" : "classes"} without a pixel)`;
}

const classColumns: readonly Column[] = [
  { title: "class", align: "left" },
  { title: "pixels", align: "right" },
  { title: "share", align: "right" },
  { title: "mean confidence", align: "right" },
  { title: "colour", align: "left" },
];

/** The stages of one request in milliseconds. */
export function stageTable(timings: Timings): string {
  const stages = ["decode", "queue", "preprocess", "network", "postprocess", "total"] as const;
  return formatTable(
    stages.map((title) => ({ title, align: "right" })),
    [stages.map((stage) => `${timings[stage].toFixed(1)} ms`)],
  );
}

/** Both tables of one result. */
export function resultReport(stats: readonly ClassStats[], timings: Timings, swatches: boolean): string {
  return `${classTable(stats, swatches)}\n\n${stageTable(timings)}`;
}

function colorText(color: string | null, swatches: boolean): string {
  if (color === null) return "transparent";
  if (!swatches) return color;
  const value = Number.parseInt(color.slice(1), 16);
  return `\x1b[48;2;${value >> 16};${(value >> 8) & 255};${value & 255}m    \x1b[0m ${color}`;
}

function pad(text: string, width: number, align: Column["align"]): string {
  const space = " ".repeat(Math.max(0, width - shownWidth(text)));
  return align === "left" ? text + space : space + text;
}

function shownWidth(text: string): number {
  return [...text.replace(escapes, "")].length;
}
