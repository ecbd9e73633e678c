// Writes every export of every map of masks.mjs into a folder, and beside them what they must hold:
//   node scripts/exports-check/write.mjs FOLDER
import fs from "node:fs";
import path from "node:path";
import { toCOCO, toCVAT, toLabelStudio, toPolygons, toRLE } from "../../dist/index.mjs";
import { classNames, masks } from "./masks.mjs";

const folder = process.argv[2];
if (folder === undefined) throw new Error("usage: write.mjs FOLDER");
fs.mkdirSync(folder, { recursive: true });
const write = (name, value) => fs.writeFileSync(path.join(folder, name), JSON.stringify(value));

const items = masks().map(({ name, ...maps }) => ({
  fileName: `set/${name}.jpg`,
  maps: { ...maps, classNames, backgroundClassId: 0 },
}));
// A picture larger than its map: a crop at its top left.
const [{ maps: cropped }] = items.filter(({ fileName }) => fileName.endsWith("/half.jpg"));
const imageMetadata = { sourceWidth: 70, sourceHeight: 55 };
items.push({ fileName: "set/crop.jpg", maps: { ...cropped, imageMetadata } });

const truth = items.map(({ fileName, maps }) => ({
  name: fileName.replace(".jpg", ""),
  width: maps.width,
  height: maps.height,
  pictureWidth: maps.imageMetadata?.sourceWidth ?? maps.width,
  pictureHeight: maps.imageMetadata?.sourceHeight ?? maps.height,
  ids: Buffer.from(maps.segmentationMap).toString("base64"),
}));
write("truth.json", { classNames, images: truth });

const each = (make) => Promise.all(items.map(({ maps }) => make(maps)));
write("rle-text.json", await each((maps) => toRLE(maps)));
write("rle-numbers.json", await each((maps) => toRLE(maps, { compressed: false })));
write("polygons.json", await each((maps) => toPolygons(maps)));
write("simplified.json", await each((maps) => toPolygons(maps, { tolerance: 1.5 })));
const regions = await each(async (maps) => (await toPolygons(maps)).flatMap((own) => own.polygons).length);
for (const perComponent of [false, true]) {
  const kind = perComponent ? "components" : "classes";
  write(`label-studio-${kind}.json`, await each((maps) => toLabelStudio(maps, { perComponent })));
  for (const segmentation of ["rle", "polygon"]) {
    const file = await toCOCO(items, { segmentation, perComponent });
    write(`coco-${segmentation}-${kind}.json`, file);
  }
  // The format holds 255 objects a picture; the noise has more regions.
  const few = perComponent ? items.filter((_, i) => regions[i] <= 255) : items;
  const output = path.join(folder, `cvat-${kind}`);
  fs.rmSync(output, { recursive: true, force: true });
  await toCVAT(output, few, { perComponent });
}
write("coco-rle-numbers.json", await toCOCO(items, { compressed: false }));
