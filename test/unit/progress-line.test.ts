// Progress on stderr: a bar on a terminal, a few lines elsewhere.

import { describe, expect, test } from "vitest";
import { barText, durationText, ProgressLine } from "../../dist/cli/progress-line.js";

const progress = (fraction: number, more = {}) => ({
  what: "building",
  fraction,
  remaining: null,
  phase: "",
  ...more,
});

function shown(isTerminal: boolean) {
  const written: string[] = [];
  let now = 0;
  const screen = { isTerminal, columns: 80, write: (text: string) => void written.push(text) };
  const resize = (columns: number) => {
    screen.columns = columns;
  };
  const line = new ProgressLine(screen, () => now);
  return { line, written, resize, later: (ms: number) => (now += ms) };
}

describe("a bar", () => {
  test("shows how much is done, how long it will take, and what is done, as far as there is room", () => {
    const text = barText(progress(0.5, { remaining: 151_000, phase: "Timing graph nodes" }), 79);
    expect(text).toBe("building [############------------]  50 %  2:31 left  Timing graph nodes");
    expect(barText(progress(0.5, { phase: "Timing" }), 45)).toHaveLength(45);
    expect(barText(progress(0.999), 79)).toContain(" 99 %");
  });

  test("is drawn over itself, ten times a second at most, and removed", () => {
    const { line, written, later } = shown(true);
    line.show(progress(0));
    line.show(progress(0.1));
    later(100);
    line.show(progress(0.2));
    line.note("a word");
    line.end();
    line.end();
    expect(written.map((text) => text.replaceAll("\r\x1b[2K", "<"))).toEqual([
      "<building [------------------------]   0 %",
      "<building [#####-------------------]  20 %",
      "<",
      "a word\n",
      "building [#####-------------------]  20 %",
      "<",
    ]);
  });

  test.each([
    [79, "segment  [#######-----------------]  29 %  0:31 left  6 of 21, 0.5 images/s"],
    [60, "segment  [###------]  29 %  0:31 left  6 of 21, 0.5 images/s"],
    [55, "segment  [#---]  29 %  0:31 left  6 of 21, 0.5 images/s"],
    [54, "segment   29 %  0:31 left  6 of 21, 0.5 images/s"],
    [48, "segment   29 %  0:31 left  6 of 21, 0.5 images/s"],
    [47, "29 %  0:31 left  6 of 21, 0.5 images/s"],
    [39, "29 %  0:31 left  6 of 21, 0.5 images/s"],
    [20, "29 %  0:31 left  6 o"],
    [0, ""],
  ])("in %i characters shrinks before a figure is cut", (width, text) => {
    const phase = "6 of 21, 0.5 images/s";
    expect(barText({ what: "segment", fraction: 0.295, remaining: 31_000, phase }, width)).toBe(text);
  });

  test("is as wide as the window is now, also below a line that comes between", () => {
    const { line, written, resize, later } = shown(true);
    const phase = "6 of 21, 0.5 images/s";
    line.show(progress(0.29, { phase }));
    resize(50);
    line.note("a word");
    resize(40);
    later(100);
    line.show(progress(0.3, { phase }));
    const lengths = written.map((text) => text.replace("\r\x1b[2K", "").length);
    expect(lengths).toEqual([64, 0, 7, 49, 37]);
  });
});

test("elsewhere every tenth is a line", () => {
  const { line, written } = shown(false);
  for (let i = 0; i <= 100; i++) line.show(progress(i / 100));
  line.show(progress(1));
  line.show(progress(0, { what: "checking", remaining: 5000 }));
  line.note("a word");
  line.end();
  expect(written).toHaveLength(13);
  expect([written[0], written[1], ...written.slice(-3)]).toEqual([
    "building 0 %\n",
    "building 10 %\n",
    "building 100 %\n",
    "checking 0 %  0:05 left\n",
    "a word\n",
  ]);
});

test("times are read as clocks show them", () => {
  expect([400, 7_000, 151_000, 3_723_000].map(durationText)).toEqual(["0:00", "0:07", "2:31", "1:02:03"]);
});
