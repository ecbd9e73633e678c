// A package folder as a whole: which files it needs, and what is said when it cannot be used.

import { mkdir, rm, symlink } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { readModelPackage } from "../../dist/packages/model-package.js";
import { newFolder, removeFolders, tinyConfig, tinyPackage } from "../support/tiny-package.js";

afterAll(removeFolders);

const warnings = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
beforeEach(() => warnings.mockClear());
afterEach(() => expect(warnings.mock.calls.length).toBeLessThan(3));

const warned = () => warnings.mock.calls.map(([, options]) => (options as unknown as { code: string }).code);

describe("a package folder", () => {
  test("is read by path, file: URL object and file: URL text", async () => {
    const folder = await tinyPackage();
    const url = pathToFileURL(folder);
    for (const location of [folder, url, url.href, path.relative(process.cwd(), folder)]) {
      const read = await readModelPackage(location);
      expect(read).toMatchObject({
        folder,
        format: "onnx",
        weightsPath: path.join(folder, "weights.onnx"),
        classes: { names: ["background", "red", "green"], backgroundId: 0 },
        modelConfig: { modelId: null },
      });
    }
    expect(warned()).toEqual([]);
  });

  test("may begin its text files with a byte order mark", async () => {
    const mark = "\ufeff";
    const folder = await tinyPackage({
      classNames: `${mark}background\r\nred\r\n`,
      config: mark + JSON.stringify(tinyConfig()),
    });
    expect((await readModelPackage(folder)).classes.names).toEqual(["background", "red"]);
  });

  test("may consist of links", async () => {
    const folder = await tinyPackage();
    const linked = await newFolder();
    for (const name of ["class_names.txt", "inference_config.json", "weights.onnx"]) {
      await symlink(path.join(folder, name), path.join(linked, name));
    }
    expect((await readModelPackage(linked)).folder).toBe(linked);
  });

  test.each([
    ["weights.onnx", { weights: undefined }],
    ["class_names.txt", { classNames: undefined }],
    ["inference_config.json", { config: undefined }],
  ])("without %s is PACKAGE_MISSING_FILE", async (name, files) => {
    const folder = await tinyPackage(files);
    await expect(readModelPackage(folder)).rejects.toMatchObject({
      code: "PACKAGE_MISSING_FILE",
      detail: { file: path.join(folder, name) },
    });
  });

  test("a folder in a file's place is as good as none", async () => {
    const folder = await tinyPackage();
    await rm(path.join(folder, "class_names.txt"));
    await mkdir(path.join(folder, "class_names.txt"));
    await expect(readModelPackage(folder)).rejects.toMatchObject({ code: "PACKAGE_MISSING_FILE" });
  });

  test("that does not exist, or is a file, is PACKAGE_NOT_FOUND", async () => {
    const folder = await tinyPackage();
    const missing = path.join(folder, "nothing");
    await expect(readModelPackage(missing)).rejects.toMatchObject({
      code: "PACKAGE_NOT_FOUND",
      detail: { folder: missing },
    });
    const file = path.join(folder, "weights.onnx");
    await expect(readModelPackage(file)).rejects.toMatchObject({
      code: "PACKAGE_NOT_FOUND",
      message: expect.stringContaining("is not a folder"),
    });
    await expect(readModelPackage("project/1")).rejects.toMatchObject({
      message: expect.stringContaining("Ids of the Roboflow platform are not yet supported"),
    });
  });

  test.each([[42], [null], [""], ["file://host/share"], [new URL("https://example.org/model")]])(
    "%j is no place of a package",
    async (location) => {
      await expect(readModelPackage(location as string)).rejects.toMatchObject({ code: "OPTION_INVALID" });
    },
  );

  test("with only weights.pt says that this backend is not part of this version", async () => {
    const folder = await tinyPackage({ weights: undefined, more: { "weights.pt": "x" } });
    await expect(readModelPackage(folder)).rejects.toMatchObject({
      code: "BACKEND_UNAVAILABLE",
      message: expect.stringContaining("holds weights.pt and no weights.onnx"),
      detail: { backend: "torch" },
    });
  });

  test("with weights.onnx beside other weights is run from weights.onnx", async () => {
    const folder = await tinyPackage({ more: { "weights.pt": "x", "engine.plan": "x" } });
    expect(await readModelPackage(folder)).toMatchObject({ format: "onnx", engine: null });
  });

  test.each([
    ["", /is empty/],
    ['{"network_input": ', /is not valid JSON/],
    ['{"network_input": NaN}', /is not valid JSON/],
    ["[]", /one JSON object.*a list/],
    ["3", /one JSON object.*holds 3/],
  ])("with inference_config.json %j is PACKAGE_INVALID", async (config, message) => {
    const folder = await tinyPackage({ config });
    await expect(readModelPackage(folder)).rejects.toMatchObject({
      code: "PACKAGE_INVALID",
      message: expect.stringMatching(message),
      detail: { file: path.join(folder, "inference_config.json") },
    });
  });

  test("with class names that are not UTF-8 is PACKAGE_INVALID", async () => {
    const folder = await tinyPackage({ classNames: Buffer.from("background\n\xff\xfe\n", "latin1") });
    await expect(readModelPackage(folder)).rejects.toMatchObject({
      code: "PACKAGE_INVALID",
      message: expect.stringContaining("class_names.txt is not valid UTF-8"),
    });
  });

  test("trained with fit-longer-edge warns once that a letterbox is used", async () => {
    await readModelPackage(await tinyPackage({ config: tinyConfig({ resize_mode: "fit-longer-edge" }) }));
    expect(warned()).toEqual(["RESIZE_MODE_SUBSTITUTED"]);
  });
});

describe("model_config.json", () => {
  const read = async (content: string) =>
    readModelPackage(await tinyPackage({ more: { "model_config.json": content } }));

  test("is kept", async () => {
    const config = {
      model_architecture: "deep-lab-v3-plus",
      task_type: "semantic-segmentation",
      model_id: "a/1",
    };
    expect((await read(JSON.stringify({ ...config, backend_type: "onnx" }))).modelConfig).toEqual({
      modelId: "a/1",
      architecture: "deep-lab-v3-plus",
      taskType: "semantic-segmentation",
      backendType: "onnx",
    });
    expect(warned()).toEqual([]);
  });

  test("of another architecture or task is a warning, not an error", async () => {
    await read('{"model_architecture": "yolov8", "task_type": "object-detection"}');
    expect(warned()).toEqual(["PACKAGE_MODEL_CONFIG", "PACKAGE_MODEL_CONFIG"]);
  });

  test.each(["trt", "torch"])("of backend %s beside weights.onnx is a warning", async (backend) => {
    expect((await read(JSON.stringify({ backend_type: backend }))).modelConfig.backendType).toBe(backend);
    expect(warned()).toEqual(["PACKAGE_MODEL_CONFIG"]);
    expect(warnings.mock.calls[0]?.[0]).toMatch(new RegExp(`backend_type "${backend}".*weights\\.onnx`));
  });

  test.each(["{", "[]", '{"model_architecture": 3}'])("%s is PACKAGE_INVALID", async (content) => {
    await expect(read(content)).rejects.toMatchObject({
      code: "PACKAGE_INVALID",
      message: expect.stringContaining("model_config.json"),
    });
  });

  test("that cannot be read is an error, not an absence", async () => {
    const folder = await tinyPackage();
    await symlink("model_config.json", path.join(folder, "model_config.json"));
    await expect(readModelPackage(folder)).rejects.toMatchObject({
      code: "PACKAGE_UNREADABLE",
      detail: { reason: "ELOOP" },
    });
  });
});
