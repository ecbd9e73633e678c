// What bench:gpu says: lines for a terminal, each of which says so where it is about the doubles.
import { textTable } from "../report/text.mjs";

export const DOUBLES_NOTICE = "doubles, no measurement of a GPU";

/** Lines as they are, or each with the notice before it. */
export const marked = (lines, isDouble) =>
  isDouble ? lines.map((line) => `[${DOUBLES_NOTICE}] ${line}`.trimEnd()) : lines;

const number = (value, digits) => (value === null || value === undefined ? "–" : value.toFixed(digits));
const percent = (value) => (value === null || value === undefined ? "–" : `${(value * 100).toFixed(1)} %`);
const micro = (ms) => (ms === null || ms === undefined ? "–" : (ms * 1000).toFixed(1));
const count = (bytes) => (bytes === undefined ? "–" : bytes.toLocaleString("en-US"));

const STAGES = [
  ["preprocess", "up + pre-processing"],
  ["network", "network"],
  ["postprocess", "post-processing + down"],
  ["request", "request, as the caller sees it"],
];

function stageRow(label, { ms, floorMs, timesFloor, linkBytes, memoryBytes, linkShare, memoryShare }) {
  return [
    label,
    number(ms, 3),
    micro(floorMs),
    number(timesFloor, 1),
    count(linkBytes),
    percent(linkShare),
    count(memoryBytes),
    percent(memoryShare),
  ];
}

const COLUMNS = [
  "stage",
  "ms, median",
  "floor, µs",
  "× the floor",
  "bytes over the link",
  "of the link",
  "bytes in memory",
  "of memory",
];

function lane({ label, memoryMode, results }) {
  return results.flatMap(({ picture, stages }) =>
    textTable({
      title: `${label}, ${picture}, ${memoryMode} memory`,
      columns: COLUMNS,
      rows: STAGES.map(([name, title]) => stageRow(title, stages[name])),
    }),
  );
}

function bandwidthLines({ memory, link }) {
  const both = link.up === null ? "–" : `${number(link.up, 1)} up, ${number(link.down, 1)} down`;
  return [
    `memory  ${number(memory.gbPerSecond, 1)} GB/s (${memory.from})`,
    `link    ${both} GB/s (${link.from})`,
  ];
}

/** The whole report. */
export function reportLines({ doubles, gpu, bandwidth, lanes }) {
  const name = gpu.problem === undefined ? `${gpu.name}, compute capability ${gpu.capability}` : gpu.problem;
  const lines = [
    `GPU     ${name}`,
    ...bandwidthLines(bandwidth),
    ...lanes.flatMap((one) => (one.skipped ? ["", `${one.label}: skipped: ${one.skipped}`] : lane(one))),
  ];
  return marked(
    lines.flatMap((line) => line.split("\n")),
    doubles,
  );
}
