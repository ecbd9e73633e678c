// A field seen from a drone: the area of every class in m², from the size of a pixel on the ground (the ground sampling
// distance of the flight). Only the areas are asked for, so no map leaves native code.
//
//   node examples/field-survey.mjs <pictures...> --pixel-size <cm> [--model <package>] [--json]
import { parseArgs } from "node:util";
import { AutoModel } from "deeplab-rt";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    model: { type: "string", default: "models/sample" },
    "pixel-size": { type: "string", default: "2.5" },
    json: { type: "boolean", default: false },
  },
});
const pictures = positionals.length > 0 ? positionals : ["assets/samples/wood.jpg"];
const side = Number(values["pixel-size"]) / 100; // m
if (!(side > 0)) throw new Error(`--pixel-size is a number of centimetres, not ${values["pixel-size"]}`);

const model = await AutoModel.fromPretrained(values.model);
const pixels = new Float64Array(model.classNames.length);
let outside = 0;

for await (const { result } of model.stream(pictures, { include: ["classAreas"] })) {
  for (const id of pixels.keys()) pixels[id] += result.classAreas[id] ?? 0;
  // What a static crop of the package leaves out was not looked at: it is background in the map, but no bare ground.
  const { sourceWidth, sourceHeight, staticCrop } = result.imageMetadata;
  if (result.width * result.height === sourceWidth * sourceHeight)
    outside += sourceWidth * sourceHeight - staticCrop.width * staticCrop.height;
}
pixels[model.backgroundClassId] -= outside;
await model.close();

const seen = pixels.reduce((sum, count) => sum + count, 0);
const report = model.classNames.map((name, id) => ({
  class: name,
  squareMetres: Number((pixels[id] * side * side).toFixed(3)),
  hectares: Number(((pixels[id] * side * side) / 10_000).toFixed(6)),
  share: Number((pixels[id] / seen).toFixed(4)),
}));
if (values.json) console.log(JSON.stringify({ pictures: pictures.length, pixelSize: side, classes: report }));
else console.table(report);
