"use strict";
// CommonJS user of the installed package: prints what it got as JSON.
const { createHash } = require("node:crypto");
const path = require("node:path");
const { AutoModel } = require("deeplab-rt");

const folder = path.dirname(require.resolve("deeplab-rt/package.json"));

async function main() {
  const model = await AutoModel.fromPretrained(path.join(folder, "models/sample"));
  const result = await model.infer(path.join(folder, "assets/samples/metal.jpg"));
  const map = createHash("sha256").update(result.segmentationMap).digest("hex");
  console.log(JSON.stringify({ width: result.width, height: result.height, map }));
  await model.close();
}
main();
