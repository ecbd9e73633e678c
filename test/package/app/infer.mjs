// ESM user of the installed package: prints what it got as JSON.
import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import path from "node:path";
import { AutoModel, DeepLabError } from "deeplab-rt";

const folder = path.dirname(createRequire(import.meta.url).resolve("deeplab-rt/package.json"));
const model = await AutoModel.fromPretrained(path.join(folder, "models/sample"));
const result = await model.infer(path.join(folder, "assets/samples/metal.jpg"));
const info = model.info();
await model.close();
console.log(
  JSON.stringify({
    width: result.width,
    height: result.height,
    classes: (await result.classStats()).filter(({ pixels }) => pixels > 0).length,
    map: createHash("sha256").update(result.segmentationMap).digest("hex"),
    libraryPath: info.library.path,
    sameClass: createRequire(import.meta.url)("deeplab-rt").DeepLabError === DeepLabError,
  }),
);
