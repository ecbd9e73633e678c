// onLog and TensorRT, here on its stand-in: its errors reach who asked, beside the error that they explain.

import { writeFile } from "node:fs/promises";
import path from "node:path";
import { AutoModel, type LogLine } from "deeplab-rt";
import { afterAll, expect, test } from "vitest";
import { onDoubles } from "../support/doubles.js";
import { quickPackage } from "../support/lifecycle-packages.js";
import { TemporaryFolder } from "../support/package-folder.js";

onDoubles();
const folder = new TemporaryFolder();
afterAll(() => folder.dispose());

test("what TensorRT says of a broken engine comes as lines, and the call fails with it", async () => {
  const broken = quickPackage(folder);
  await writeFile(path.join(broken, "engine.plan"), "not an engine at all");
  const batch = { dynamic_batch_size_min: 1, dynamic_batch_size_opt: 2, dynamic_batch_size_max: 4 };
  await writeFile(path.join(broken, "trt_config.json"), JSON.stringify(batch));
  const lines: LogLine[] = [];
  const loading = AutoModel.fromPretrained(broken, {
    backend: "trt",
    trustEngine: true,
    onLog: (line) => lines.push(line),
  });
  const error = await loading.catch((one: unknown) => one as Error & { code: string });
  expect(error).toMatchObject({ code: "ENGINE_INVALID" });
  const said = lines.filter(({ source, level }) => source === "tensorrt" && level === "error");
  expect(said.length).toBeGreaterThan(0);
  expect((error as Error).message).toContain(said[0]?.message);
});
