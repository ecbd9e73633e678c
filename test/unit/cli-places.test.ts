// Where outputs of `segment` go, and the small parts that it is made of.

import path from "node:path";
import { describe, expect, test } from "vitest";
import { inOrder } from "../../dist/cli/in-order.js";
import { Rate } from "../../dist/cli/rate.js";
import { cameraPlace, webPlace } from "../../dist/cli/segment/addresses.js";
import { outputFile } from "../../dist/cli/segment/formats.js";
import { placeOutputs } from "../../dist/cli/segment/places.js";
import { exactPieces } from "../../dist/cli/video/frames.js";
import { MeanStats } from "../../dist/cli/video/mean-stats.js";

/** Stems of inputs, given by absolute path and place. */
function stems(files: readonly (readonly [file: string, place?: string])[], reserved: string[] = []) {
  const inputs = files.map(([id, place = path.basename(id)]) => ({
    kind: "picture" as const,
    name: id,
    id,
    place,
  }));
  const filesOf = (stem: string) => [outputFile(stem, "json"), outputFile(stem, "rle")];
  return placeOutputs(inputs, filesOf, reserved).map(({ stem }) => stem);
}

describe("outputs", () => {
  test("are called like their inputs, wherever these lie", () => {
    expect(stems([["/a/1.png"], ["/b/2.png"], ["/c/x/3.png", "x/3.png"]])).toEqual(["1", "2", "x/3"]);
  });

  test("of inputs that would meet keep folders, and extensions only where needed", () => {
    expect(stems([["/p/a/1.png"], ["/p/b/1.png"]])).toEqual(["a/1", "b/1"]);
    expect(stems([["/p/1.png"], ["/p/1.jpg"]])).toEqual(["1.png", "1.jpg"]);
    expect(stems([["/p/a/1.png"], ["/p/b/1.png"], ["/p/b/1.jpg"]])).toEqual([
      "a/1.png",
      "b/1.png",
      "b/1.jpg",
    ]);
    expect(stems([["/p/A.png"], ["/q/a.png"]])).toEqual(["p/A", "q/a"]);
  });

  test("lie in the output folder, whatever their inputs are called", () => {
    for (const place of ["../1.png", "x/../../1.png", "/etc/1.png", "..", ""]) {
      expect(() => stems([["/p/1.png", place]]), place).toThrow(/would lie outside --output/);
    }
    expect(stems([["/p/..1.png"]])).toEqual(["..1"]);
    const address = (text: string): [string, string] => [text, webPlace(text)];
    const meeting = [address("https://h:81/a/1.png?key=SECRET"), address("https://h:81/b/1.png#SECRET")];
    expect(stems(meeting)).toEqual(["a/1", "b/1"]);
    expect(stems([...meeting, ["/p/1.png"]])).toEqual(["h-81/a/1", "h-81/b/1", "p/1"]);
    const keyed = [address("https://h/key=SECRET/a/1.png"), address("https://h/key=TERCES/b/1.png")];
    expect(stems(keyed)).toEqual(["a/1", "b/1"]);
    expect(stems([...keyed, ["/p/1.png"]])).toEqual(["h/key/a/1", "h/key/b/1", "p/1"]);
  });

  test("of addresses are called like their last part, which is never a folder or a key", () => {
    expect(cameraPlace("rtsp://user:p@ss@cam/live/one?password=SECRET")).toBe("one");
    expect(cameraPlace("udp://h:1234")).toBe("h-1234");
    expect(cameraPlace("rtp://:5004/..")).toBe("camera");
    expect(webPlace("http://h/..%2F..%2Fx%00.jpg?sig=SECRET")).toBe("-..-x-.jpg");
    expect(webPlace("http://h/")).toBe("image");
    expect(cameraPlace("rtsp://cam/user=SECRET&password=SECRET&channel=1")).toBe("user-password-channel-1");
    expect(cameraPlace("rtsp://cam/user=SECRET_password=SECRET")).toBe("user-_password");
    expect(webPlace("http://h/token=SECRET")).toBe("token");
  });

  test("do not depend on the order of their inputs", () => {
    const files = [["/p/a/1.png"], ["/p/b/1.png"], ["/p/2.png"], ["/p/2.gif"]] as const;
    const turned = [...files].reverse();
    expect(stems(turned).reverse()).toEqual(stems(files));
  });

  test("are numbered where one format's file is another's of another input, or nobody's", () => {
    expect(stems([["/p/x.png"], ["/p/x.rle.png"]])).toEqual(["x", "x.rle-2"]);
    expect(stems([["/p/coco.png"]], ["coco.json"])).toEqual(["coco-2"]);
  });
});

describe("several at once", () => {
  test("are at most so many, and come out in order", async () => {
    let [running, most] = [0, 0];
    const work = async (i: number) => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 20 - i * 3));
      running -= 1;
      return i;
    };
    const answers: number[] = [];
    for await (const answer of inOrder([1, 2, 3, 4, 5], 3, work)) answers.push(answer);
    expect([answers, most]).toEqual([[1, 2, 3, 4, 5], 3]);
  });

  test("an error ends them when all that were begun are through, and begins no more", async () => {
    const [begun, through]: [number[], number[]] = [[], []];
    const work = async (i: number) => {
      begun.push(i);
      await new Promise((resolve) => setTimeout(resolve, i * 5));
      if (i === 1) throw new Error("bad");
      through.push(i);
    };
    const all = async () => {
      for await (const _ of inOrder([1, 2, 3, 4, 5, 6], 3, work));
    };
    await expect(all()).rejects.toThrow("bad");
    expect([begun, through]).toEqual([
      [1, 2, 3],
      [2, 3],
    ]);
  });
});

test("a rate is that of the last steps, and says how long the rest takes", () => {
  let now = 0;
  const rate = new Rate(() => now);
  expect([rate.perSecond, rate.remaining(5)]).toEqual([null, null]);
  for (let i = 0; i < 10; i++) {
    now += 1000;
    rate.step();
  }
  expect([rate.done, rate.perSecond, rate.remaining(5)]).toEqual([10, 1, 5000]);
  for (let i = 0; i < 100; i++) {
    now += 100;
    rate.step();
  }
  expect(rate.perSecond).toBeCloseTo(10, 8);
});

test("frames are cut out of a pipe exactly, whatever pieces it comes in", async () => {
  const bytes = Uint8Array.from({ length: 25 }, (_, i) => i);
  for (const step of [1, 3, 10, 25]) {
    async function* source() {
      for (let i = 0; i < bytes.length; i += step) yield Buffer.from(bytes.subarray(i, i + step));
    }
    const pieces: number[][] = [];
    for await (const piece of exactPieces(source(), 10)) pieces.push([...piece]);
    expect(pieces).toEqual([[...bytes.subarray(0, 10)], [...bytes.subarray(10, 20)]]);
  }
});

test("means over frames: of shares over all frames, of confidence over the pixels", () => {
  const stats = (pixels: number, meanConfidence: number) => [
    { id: 0, name: "a", pixels, share: pixels / 100, meanConfidence, boundingBox: null, color: null },
  ];
  const means = new MeanStats();
  expect(means.means).toEqual([]);
  for (const [pixels, confidence] of [
    [10, 0.5],
    [30, 0.9],
    [0, 0],
    [0, 0],
  ] as const) {
    means.add(stats(pixels, confidence));
  }
  expect(means.means[0]).toMatchObject({ name: "a", pixels: 10, share: 0.1 });
  expect(means.means[0]?.meanConfidence).toBeCloseTo(0.8, 12);
});
