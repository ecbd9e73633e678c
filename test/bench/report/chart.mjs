// A bar chart as plain SVG: one bar a contender, its stages stacked, a whisker from quartile to quartile.
import { short } from "./format.mjs";

const WIDTH = 900;
const LABEL_WIDTH = 345;
const VALUE_WIDTH = 70;
const BAR = 18;
const GAP = 10;
const TOP = 58;
const LEGEND_STEP = 130;
// Told apart in grey print and by colour-blind readers too.
const COLORS = ["#7fb3d5", "#34495e", "#e59866"];

const escaped = (text) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** 1, 2 or 5 times a power of ten: about five steps up to `most`. */
export function niceStep(most) {
  const rough = most / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= rough);
  return factor * power;
}

function text(x, y, content, more = "") {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}"${more}>${escaped(content)}</text>`;
}

function rect(x, y, width, height, color) {
  return `<rect x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${Math.max(width, 0).toFixed(1)}" height="${height}" fill="${color}"/>`;
}

function line(x1, y1, x2, y2, color) {
  const at = (value) => value.toFixed(1);
  return `<line x1="${at(x1)}" y1="${at(y1)}" x2="${at(x2)}" y2="${at(y2)}" stroke="${color}"/>`;
}

function bar({ label, parts, median, q1, q3 }, y, scale, colors) {
  const middle = y + BAR / 2;
  const drawn = [text(LABEL_WIDTH - 10, middle + 4, label, ' text-anchor="end"')];
  let x = LABEL_WIDTH;
  for (const { name, value } of parts) {
    drawn.push(rect(x, y, value * scale, BAR, colors.get(name)));
    x += value * scale;
  }
  const [from, to] = [LABEL_WIDTH + q1 * scale, LABEL_WIDTH + q3 * scale];
  drawn.push(line(from, middle, to, middle, "#000"), line(from, y + 4, from, y + BAR - 4, "#000"));
  drawn.push(line(to, y + 4, to, y + BAR - 4, "#000"));
  drawn.push(text(Math.max(x, to) + 6, middle + 4, short(median)));
  return drawn;
}

function axis(most, scale, bottom, unit) {
  const drawn = [];
  const step = niceStep(most);
  for (let value = 0; value <= most; value += step) {
    const x = LABEL_WIDTH + value * scale;
    drawn.push(line(x, TOP - 6, x, bottom, "#ddd"));
    drawn.push(text(x, bottom + 16, short(value, step < 1 ? 1 : 0), ' text-anchor="middle" fill="#666"'));
  }
  drawn.push(text(WIDTH - 10, bottom + 16, unit, ' text-anchor="end" fill="#666"'));
  return drawn;
}

function legend(colors) {
  if (colors.size < 2) return [];
  return [...colors].flatMap(([name, color], i) => [
    rect(LABEL_WIDTH + i * LEGEND_STEP, 32, 12, 12, color),
    text(LABEL_WIDTH + i * LEGEND_STEP + 18, 42, name),
  ]);
}

/** The chart's SVG text. `bars`: `{ label, parts: [{ name, value }], median, q1, q3 }`. */
export function barChart({ title, unit, bars }) {
  const names = [...new Set(bars.flatMap(({ parts }) => parts.map(({ name }) => name)))];
  const colors = new Map(names.map((name, i) => [name, COLORS[i % COLORS.length]]));
  const most = Math.max(...bars.map(({ median, q3 }) => Math.max(median, q3)));
  const scale = (WIDTH - LABEL_WIDTH - VALUE_WIDTH) / most;
  const bottom = TOP + bars.length * (BAR + GAP);
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${bottom + 28}" font-family="sans-serif" font-size="12">`,
    `<title>${escaped(title)}</title>`,
    rect(0, 0, WIDTH, bottom + 28, "#fff"),
    text(10, 20, title, ' font-size="15" font-weight="bold"'),
    ...legend(colors),
    ...axis(most, scale, bottom, unit),
    ...bars.flatMap((entry, i) => bar(entry, TOP + i * (BAR + GAP), scale, colors)),
    "</svg>",
  ];
  return `${lines.join("\n")}\n`;
}
