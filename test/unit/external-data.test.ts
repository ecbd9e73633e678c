// Weights outside the model file: every name of one is found, and none may leave the package folder.

import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { afterAll, describe, expect, test } from "vitest";
import { externalDataFiles, externalDataLocations } from "../../dist/packages/external-data.js";
import { Random } from "../support/random.js";
import { newFolder, removeFolders, tinyOnnx } from "../support/tiny-package.js";

afterAll(removeFolders);

type Fields = (writer: BinaryWriter) => BinaryWriter;

const all =
  (...fields: Fields[]): Fields =>
  (writer) =>
    fields.reduce((before, field) => field(before), writer);
const message =
  (field: number, ...fields: Fields[]): Fields =>
  (writer) =>
    all(...fields)(writer.tag(field, WireType.LengthDelimited).fork()).join();
const text =
  (field: number, value: string): Fields =>
  (writer) =>
    writer.tag(field, WireType.LengthDelimited).string(value);
const encode = (...fields: Fields[]) => all(...fields)(new BinaryWriter()).finish();

const entry = (key: string, value: string) => message(13, text(1, key), text(2, value));
const tensor = (field: number, location: string) =>
  message(field, text(8, "w"), entry("offset", "0"), entry("location", location), entry("length", "4"));

/** Field numbers of onnx.proto from ModelProto down to a TensorProto. */
const places: Record<string, (location: string) => Fields> = {
  "an initializer": (at) => message(7, tensor(5, at)),
  "a sparse initializer's values": (at) => message(7, message(15, tensor(1, at))),
  "a sparse initializer's indices": (at) => message(7, message(15, tensor(2, at))),
  "a node's attribute": (at) => message(7, message(1, message(5, tensor(5, at)))),
  "a list of tensors": (at) => message(7, message(1, message(5, tensor(10, at)))),
  "a sparse attribute": (at) => message(7, message(1, message(5, message(22, tensor(1, at))))),
  "sparse attributes": (at) => message(7, message(1, message(5, message(23, tensor(2, at))))),
  "a subgraph": (at) => message(7, message(1, message(5, message(6, tensor(5, at))))),
  "a subgraph of a subgraph": (at) =>
    message(7, message(1, message(5, message(6, message(1, message(5, message(11, tensor(5, at)))))))),
  "a function": (at) => message(25, message(7, message(5, tensor(5, at)))),
  "a function's default attribute": (at) => message(25, message(11, tensor(5, at))),
  "training information": (at) => message(20, message(1, tensor(5, at))),
};

describe("the scan", () => {
  test.each(Object.entries(places))("finds a location in %s", (_, place) => {
    expect(externalDataLocations(encode(text(2, "producer"), place("data.bin")))).toEqual(["data.bin"]);
  });

  test("names each file once, and the last value of a repeated field counts", () => {
    const twice = message(7, tensor(5, "a.bin"), tensor(5, "b.bin"), tensor(5, "a.bin"));
    expect(externalDataLocations(encode(twice))).toEqual(["a.bin", "b.bin"]);
    const repeated = message(13, text(1, "x"), text(2, "good"), text(2, "../evil"), text(1, "location"));
    expect(externalDataLocations(encode(message(7, message(5, repeated))))).toEqual(["../evil"]);
  });

  test("finds nothing in a model without external data", () => {
    expect(externalDataLocations(tinyOnnx())).toEqual([]);
    expect(externalDataLocations(new Uint8Array(0))).toEqual([]);
  });

  test("ends at damaged bytes, whatever they are", () => {
    const good = encode(places["a subgraph"]?.("data.bin") ?? all());
    for (let length = 0; length < good.length; length++) {
      expect(externalDataLocations(good.subarray(0, length))).toEqual([]);
    }
    const random = new Random(7);
    for (let round = 0; round < 2000; round++) {
      const bytes = Uint8Array.from(good, (byte) =>
        random.next() < 0.1 ? Math.floor(random.next() * 256) : byte,
      );
      expect(Array.isArray(externalDataLocations(bytes))).toBe(true);
    }
  });

  test("ends at a model nested without end, and in no time at millions of small fields", () => {
    const nested = Array.from({ length: 500 }).reduce<Fields>(
      (inner) => message(1, message(5, message(6, inner))),
      all(),
    );
    expect(externalDataLocations(encode(message(7, nested)))).toEqual([]);
    const groups = new Uint8Array(100_000).fill((1 << 3) | WireType.StartGroup);
    expect(externalDataLocations(groups)).toEqual([]);
  });
});

describe("the check", () => {
  async function check(location: string, prepare?: (folder: string) => Promise<unknown>) {
    const folder = await newFolder();
    await prepare?.(folder);
    return externalDataFiles(encode(message(7, tensor(5, location))), path.join(folder, "weights.onnx"));
  }

  test("takes files in the folder and below it", async () => {
    await check("data.bin", (folder) => writeFile(path.join(folder, "data.bin"), "x"));
    await check("sub/data.bin", async (folder) => {
      await mkdir(path.join(folder, "sub"));
      await writeFile(path.join(folder, "sub/data.bin"), "x");
    });
    await check("link.bin", async (folder) => {
      await writeFile(path.join(folder, "data.bin"), "x");
      await symlink("data.bin", path.join(folder, "link.bin"));
    });
  });

  test.each([
    "/etc/passwd",
    "../data.bin",
    "sub/../../data.bin",
    "..",
    "",
    "C:\\data.bin",
    "\\\\host\\share",
    "a\0b",
  ])("refuses %j", async (location) => {
    await expect(check(location)).rejects.toMatchObject({
      code: "PACKAGE_EXTERNAL_DATA",
      detail: { field: "external_data.location", found: location },
    });
  });

  test("refuses a link, to a file or a folder, that leaves the package", async () => {
    const outside = await newFolder();
    await writeFile(path.join(outside, "data.bin"), "x");
    const leaves = { code: "PACKAGE_EXTERNAL_DATA", message: expect.stringContaining("it is a link to") };
    const linkFile = (folder: string) =>
      symlink(path.join(outside, "data.bin"), path.join(folder, "data.bin"));
    await expect(check("data.bin", linkFile)).rejects.toMatchObject(leaves);
    const linkFolder = (folder: string) => symlink(outside, path.join(folder, "sub"));
    await expect(check("sub/data.bin", linkFolder)).rejects.toMatchObject(leaves);
  });

  test("names a file that is not there", async () => {
    await expect(check("data.bin")).rejects.toMatchObject({
      code: "PACKAGE_MISSING_FILE",
      detail: { file: expect.stringMatching(/data\.bin$/) },
    });
  });

  test("reads what a real exporter writes", async () => {
    const model = await readFile(path.join(import.meta.dirname, "../fixtures/onnx/external.onnx"));
    expect(externalDataLocations(model)).toEqual(["external.weights.bin"]);
  });
});
