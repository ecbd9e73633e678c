// Files of a result's maps, while the network rests: a result is there, and its maps become PNG files.
import { promisify } from "node:util";
import zlib from "node:zlib";
import { picture } from "../pictures.mjs";

const deflate = promisify(zlib.deflate);
const inflate = promisify(zlib.inflate);

/** The compressed rows of a PNG file; ours have one chunk of them. */
function rowsOf(file) {
  let at = 8;
  while (file.toString("latin1", at + 4, at + 8) !== "IDAT") at += file.readUInt32BE(at) + 12;
  return file.subarray(at + 8, at + 8 + file.readUInt32BE(at));
}

const maps = [{ map: "segmentationMap" }, { map: "confidence" }];
const bytes = (files) => files.reduce((sum, file) => sum + file.length, 0);

/** What is made of a result, by `settings.what`; each resolves to the bytes of its files. */
const WAYS = {
  both: (result) => async () => bytes(await Promise.all(maps.map((options) => result.toPNG(options)))),
  label: (result) => async () => (await result.toPNG()).length,
  confidence: (result) => async () => (await result.toPNG({ map: "confidence" })).length,
  colorize: (result) => async () => (await result.colorize({ format: "png" })).length,
  // The same rows, compressed as most libraries do by default.
  level6: async (result) => {
    const files = await Promise.all(maps.map((options) => result.toPNG(options)));
    const rows = await Promise.all(files.map((file) => inflate(rowsOf(file))));
    const around = bytes(files) - bytes(files.map(rowsOf));
    return async () => around + bytes(await Promise.all(rows.map((one) => deflate(one, { level: 6 }))));
  },
};

/** Opens the model as the contender `ours` does; a run makes the files, and its stage `bytes` says how large they are. */
export async function openMapFiles(settings) {
  const { AutoModel } = await import("../../../dist/index.mjs");
  const { engineLibrary } = await import("./session.mjs");
  const model = await AutoModel.fromPretrained(settings.folder, {
    session: { intraOpThreads: settings.threads, interOpThreads: 1 },
    runtime: { onnxruntime: await engineLibrary() },
  });
  const prepare = async ({ picture: name, confidence = 0.5 }) => {
    const make = await WAYS[settings.what](await model.infer(picture(name), { confidence }));
    return async () => ({ stages: { bytes: await make() }, images: 1 });
  };
  return { facts: { info: model.info() }, prepare, close: () => model.close() };
}
