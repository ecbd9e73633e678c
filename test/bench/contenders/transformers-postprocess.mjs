// transformers.js' own `post_process_semantic_segmentation`, as published, from a scratch folder.
//
// What it does: grows every class plane to the picture's size (bilinear, half-pixel centres, one full plane a class,
// in JavaScript, written plane by plane for each pixel), then takes the arg max into an Int32Array and the list of
// classes seen. No softmax, no threshold, no confidence: less work than the others do. At the picture's border its
// weights reach outside [0, 1], so that a few pixels there differ.
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { runCaptured } from "../../../scripts/setup/run-command.mjs";
import { inScratch } from "../scratch.mjs";

const PACKAGE = "@huggingface/transformers";
const VERSION = "4.3.1";
const FOLDER = inScratch("transformers");

function installedVersion() {
  try {
    return JSON.parse(fs.readFileSync(path.join(FOLDER, "node_modules", PACKAGE, "package.json"), "utf8"))
      .version;
  } catch {
    return null;
  }
}

/** Installs the pinned version, about 480 MB with its dependencies; returns why it could not, or null. */
export async function installTransformers(log) {
  if (installedVersion() === VERSION) return null;
  log(`installing ${PACKAGE} ${VERSION} into ${FOLDER}`);
  fs.mkdirSync(FOLDER, { recursive: true });
  const manifest = { private: true, dependencies: { [PACKAGE]: VERSION } };
  fs.writeFileSync(path.join(FOLDER, "package.json"), JSON.stringify(manifest));
  // Its dependencies' install scripts fetch from elsewhere and bring nothing that is used here.
  const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock"];
  const { code, output } = await runCaptured("npm", ["install", ...options], { cwd: FOLDER });
  return code === 0 ? null : `npm install failed: ${output.trim().split("\n").at(-1)}`;
}

/** `(size) → (logits) → map`. Throws where the package is not installed. */
export async function loadTransformers() {
  if (installedVersion() !== VERSION) throw new Error(`not installed: ${PACKAGE} ${VERSION}`);
  const require = createRequire(path.join(FOLDER, "package.json"));
  const entry = path.join(path.dirname(require.resolve(PACKAGE)), "transformers.node.mjs");
  const { SegformerImageProcessor, Tensor } = await import(pathToFileURL(entry).href);
  const processor = new SegformerImageProcessor({});
  return (size) => (logits) => {
    const outputs = { logits: new Tensor("float32", logits.data, logits.dims) };
    const [{ segmentation }] = processor.post_process_semantic_segmentation(outputs, [
      [size.height, size.width],
    ]);
    return segmentation.data;
  };
}
