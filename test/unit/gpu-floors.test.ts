// The floors of docs/gpu-performance.md: what is counted, how it becomes time, and that the document says the same.

import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { logitRows, pictureBytes, requestBytes, rowsRead } from "../bench/gpu/bytes.mjs";
import { NETWORKS, PICTURES, requestOf } from "../bench/gpu/floor-cases.mjs";
import { floorsBody } from "../bench/gpu/floor-tables.mjs";
import { floors, latency, throughput } from "../bench/gpu/floors.mjs";
import { GPUS, gpuNamed, linkOf } from "../bench/gpu/gpus.mjs";
import { replaceBetween } from "../bench/report/markdown.mjs";

const GIB = 2 ** 30;

describe("bytes that a request has to move", () => {
  test("interpolation reads two rows of those that lie between, and every row where it enlarges", () => {
    expect(rowsRead(8, 2)).toEqual([1, 2, 5, 6]);
    expect(rowsRead(6, 2)).toEqual([1, 4]); // in the middle of a row: the next has no weight
    expect(rowsRead(3, 7)).toEqual([0, 1, 2]);
    expect(rowsRead(5, 5)).toEqual([0, 1, 2, 3, 4]);
    expect(rowsRead(1080, 288)).toHaveLength(576);
  });

  test("of the logits only those behind the picture count", () => {
    expect([logitRows(0, 512, 512, 512), logitRows(0, 512, 512, 128)]).toEqual([512, 128]);
    expect(logitRows(112, 400, 512, 512)).toBe(288);
    expect(logitRows(112, 400, 512, 128)).toBe(74); // 27.8 to 99.2 of 0 to 127
    expect(logitRows(0, 1, 1, 1)).toBe(1);
  });

  test("of NV12 the rows of colour are half as many", () => {
    expect(pictureBytes({ width: 4, height: 4, format: "nv12" })).toBe(24);
    const input = { width: 4, height: 2, dtype: "float32", left: 0, top: 0, right: 0, bottom: 0 };
    const request = (format: string) =>
      requestBytes({
        picture: { width: 4, height: 8, format },
        input,
        logits: { channels: 1, width: 4, height: 2, dtype: "float32" },
        maps: { width: 4, height: 8, bytesPerPixel: 5 },
      });
    expect(request("rgb").preprocess.read).toBe(4 * 4 * 3);
    expect(request("nv12").preprocess.read).toBe(4 * 4 + 4 * 4); // rows 1, 2, 5, 6 and colours 0, 1, 2, 3
  });

  test("a letterboxed 1080p picture, by hand", () => {
    const [, wide] = PICTURES;
    const [cut, , half] = NETWORKS;
    if (wide === undefined || cut === undefined || half === undefined) throw new Error("no such case");
    expect(requestOf(wide, cut)).toEqual({
      up: 1920 * 1080 * 3,
      preprocess: { read: 1920 * 576 * 3, written: 3 * 512 * 512 * 4 },
      postprocess: { read: 21 * 128 * 74 * 4, written: 1920 * 1080 * 5 },
      down: 1920 * 1080 * 5,
    });
    expect(requestOf(wide, half).preprocess.written).toBe(3 * 512 * 512 * 2);
  });
});

describe("the time that they take at least", () => {
  const bytes = {
    up: 2e6,
    preprocess: { read: 1e6, written: 3e6 },
    postprocess: { read: 4e6, written: 6e6 },
    down: 6e6,
  };
  const discrete = { memory: 100, link: { up: 10, down: 10 } };
  const integrated = { memory: 100, link: null };
  const rounded = (times: ReturnType<typeof floors>) =>
    Object.values(times).map((ms: number) => Math.round(ms * 1e6) / 1e6);

  test("copied over a link", () => {
    expect(rounded(floors(bytes, discrete, "copied"))).toEqual([0.2, 0.04, 0.1, 0.6]);
    expect(throughput(bytes, discrete, "copied")).toBeCloseTo(0.6, 9);
    // 22 MB in memory at 22 GB/s take longer than 6 MB over the link.
    expect(throughput(bytes, { memory: 22, link: { up: 10, down: 10 } }, "copied")).toBeCloseTo(1, 9);
  });

  test("mapped over a link: kernels wait for it", () => {
    expect(rounded(floors(bytes, discrete, "mapped"))).toEqual([0, 0.1, 0.6, 0]);
    expect(throughput(bytes, discrete, "mapped")).toBeCloseTo(0.6, 9);
  });

  test("in one memory a copy reads and writes it, and mapping spares that", () => {
    const copied = floors(bytes, integrated, "copied");
    expect(rounded(copied)).toEqual([0.04, 0.04, 0.1, 0.12]);
    expect(throughput(bytes, integrated, "copied")).toBeCloseTo(latency(copied), 9);
    expect(rounded(floors(bytes, integrated, "mapped"))).toEqual([0, 0.04, 0.1, 0]);
  });
});

describe("GPUs", () => {
  test.each([
    ["Tesla T4", 14.6, "", "T4"],
    ["NVIDIA L4", 22.5, "", "L4"],
    ["NVIDIA L40S", 44.5, "", undefined],
    ["NVIDIA H100 80GB HBM3", 79.1, "", "H100 SXM"],
    ["NVIDIA H100 PCIe", 79.1, "", undefined],
    ["Orin", 61.4, "NVIDIA Jetson AGX Orin Developer Kit", "AGX Orin 64GB"],
    ["Orin", 29.9, "NVIDIA Jetson AGX Orin Developer Kit", undefined],
    ["Orin", 7.4, "NVIDIA Jetson Orin Nano Developer Kit", "Orin Nano 8GB"],
    ["Orin", 7.4, "NVIDIA Jetson Orin NX", undefined],
  ])("%s with %d GiB is known or not", (name, memory, board, known) => {
    expect(gpuNamed(name, memory * GIB, board)?.name).toBe(known);
  });

  test("each says where its numbers are from, and its link is that of its generation", () => {
    for (const gpu of GPUS) {
      expect(gpu.source).toMatch(/NVIDIA .*(datasheet|data sheet|product brief)/);
      if (gpu.pcie !== null) {
        expect(linkOf(gpu)?.up).toBeCloseTo((2 ** gpu.pcie * 16 * (128 / 130)) / 8, 1);
        expect(gpu.source).toContain(`Gen${gpu.pcie}`);
      }
    }
  });
});

test("docs/gpu-performance.md has these tables: node scripts/gpu-floors.mjs --write", () => {
  const document = readFileSync(path.join(__dirname, "../../docs/gpu-performance.md"), "utf8");
  expect(replaceBetween(document, "floors", floorsBody())).toBe(document);
});
