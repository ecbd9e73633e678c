// What lib/ does when a picture was decoded while the model was being closed: native code must say CLOSED.

import { afterAll, expect, test } from "vitest";
import { uncutHead } from "../../dist/head-cut.js";
import { native } from "../../dist/native.js";
import { nativeSpec } from "../../dist/native-spec.js";
import { parseLoadOptions } from "../../dist/options.js";
import { readModelPackage } from "../../dist/packages/model-package.js";
import { removeFolders, tinyPackage } from "../support/tiny-package.js";

afterAll(removeFolders);

test("infer on a handle that is closing is CLOSED, and the close still ends", async () => {
  const model = await readModelPackage(await tinyPackage());
  const handle = await native().openModel(
    nativeSpec(model, parseLoadOptions(undefined), uncutHead("not asked for")),
  );
  const closing = handle.close();
  await expect(handle.infer({} as never)).rejects.toMatchObject({ code: "CLOSED" });
  await closing;
  await expect(handle.infer({} as never)).rejects.toMatchObject({ code: "CLOSED" });
});
