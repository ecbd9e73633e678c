// What a terminal shows: the bar with what is left and images a second, drawn over itself, out of the way of lines.

import { execFileSync, spawn } from "node:child_process";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { copiesOf, finished, redPicture, timesLeftFit } from "../support/cli.js";
import { newFolder, removeFolders, tinyPackage } from "../support/tiny-package.js";

afterAll(removeFolders);

const main = path.join(import.meta.dirname, "../../dist/cli/main.js");

/**
 * Runs the command line on a terminal of its own; everything it shows comes back as one text.
 * @param narrowed Columns of the terminal after the first bar; 100 until then.
 */
async function onTerminal(args: readonly string[], narrowed?: number) {
  const words = [process.execPath, main, ...args].map((word) => `'${word}'`);
  const command = `stty cols 100; ${narrowed === undefined ? "" : "tty;"} ${words.join(" ")}`;
  const child = spawn("script", ["-qec", command, "/dev/null"]);
  let text = "";
  child.stdout.on("data", function narrow(chunk) {
    text += chunk;
    const [, terminal = ""] = /^(\/dev\/\S+).*\[#/s.exec(text) ?? [];
    if (narrowed === undefined || terminal === "") return;
    child.stdout.off("data", narrow);
    execFileSync("stty", ["-F", terminal, "cols", `${narrowed}`]);
  });
  const { code, out } = await finished(child);
  return { code, shown: out.replaceAll("\r\n", "\n") };
}

/** What is on the screen at the end: erased lines are gone. */
const remaining = (shown: string) => shown.split("\n").map((line) => line.split("\r\x1b[2K").at(-1));

describe.skipIf(process.platform !== "linux")("on a terminal", () => {
  test("segment draws a bar below its lines and removes it", async () => {
    const [model, folder, output] = [
      await tinyPackage(),
      await copiesOf(await redPicture(), 400),
      await newFolder(),
    ];
    const { code, shown } = await onTerminal(["segment", folder, "-m", model, "-o", output]);
    expect(code).toBe(0);
    expect(shown).toMatch(/segment {2}\[#+-+\] {2}\d+ % {2}\d:\d\d left {2}\d+ of 400, [\d.]+ images\/s/);
    expect(timesLeftFit(shown)).toBe(true);
    const lines = remaining(shown).filter((line) => line !== "");
    expect(lines).toHaveLength(401);
    expect(lines[0]).toMatch(/1\.png {2}12×10 {2}red 100\.00 %/);
    expect(lines.at(-1)).toMatch(/^400 done in 0:\d\d, [\d.]+ images\/s\.$/);
    expect(remaining(shown).join("\n")).not.toContain("[#");
  });

  test("the bar becomes as narrow as the window", async () => {
    const [model, folder] = [await tinyPackage(), await copiesOf(await redPicture(), 400)];
    const args = ["segment", folder, "-m", model, "-o", await newFolder()];
    const { code, shown } = await onTerminal(args, 40);
    expect(code).toBe(0);
    const drawn = shown.split("\n").flatMap((line) => line.split("\r\x1b[2K"));
    const bars = drawn.filter((text) => /%.*images\/s$/.test(text));
    expect(bars[0]?.length).toBeGreaterThan(60);
    expect(bars.at(-1)).toMatch(/^(segment +)?\d+ % .*\d of 400, [\d.]+ images\/s$/);
    expect(bars.at(-1)?.length).toBeLessThan(40);
  });

  test("colours are shown as colours, and --quiet shows nothing", async () => {
    const [model, picture, output] = [await tinyPackage(), await redPicture(), await newFolder()];
    const args = ["segment", picture, "-m", model, "-o", output, "--overwrite"];
    expect((await onTerminal(args)).shown).toContain("\x1b[48;2;230;25;75m    \x1b[0m #e6194b");
    const several = ["segment", await copiesOf(picture, 3), ...args.slice(2), "--quiet"];
    expect(await onTerminal(several)).toEqual({ code: 0, shown: "" });
  });
});
