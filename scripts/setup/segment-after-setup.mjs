// What npm start does once Node is new enough: prepare, then hand over to the command line tool.
import fs from "node:fs";
import path from "node:path";
import { inRoot } from "./paths.mjs";
import { prepare } from "./prepare.mjs";
import { runShown } from "./run-command.mjs";
import { SetupError } from "./setup-error.mjs";

const SAMPLE_MODEL = "models/sample";
const SAMPLE_PICTURES = "assets/samples";

function samplePicture() {
  const folder = inRoot(SAMPLE_PICTURES);
  const pictures = fs.existsSync(folder)
    ? fs.readdirSync(folder).filter((name) => /\.(jpe?g|png)$/.test(name))
    : [];
  if (pictures.length === 0) {
    throw new SetupError(
      `No sample picture in ${SAMPLE_PICTURES}: restore it with “git checkout ${SAMPLE_PICTURES}”.`,
    );
  }
  return path.join(folder, pictures.sort()[0]);
}

// Options of `deeplab-rt segment` whose value is the next argument.
export const VALUE_OPTIONS = new Set([
  ...["-m", "--model", "-o", "--output", "-f", "--format", "-c", "--confidence", "--alpha", "--classes"],
  ...["--batch", "--concurrency", "--every", "-b", "--backend", "-d", "--device"],
  ...["--onnxruntime", "--cuda", "--tensorrt"],
]);

/** Whether a picture is among the arguments: what is neither an option nor an option's value. */
function namesPicture(args) {
  for (let i = 0; i < args.length; i += 1) {
    if (args[i] === "--") return i + 1 < args.length;
    if (VALUE_OPTIONS.has(args[i])) i += 1;
    else if (args[i] === "-" || !args[i].startsWith("-")) return true;
  }
  return false;
}

// build/out is ours: what an earlier start left there is replaced, but where the user says otherwise.
const replacing = (args) =>
  args.includes("--skip-existing") || args.includes("--overwrite") ? [] : ["--overwrite"];

/**
 * Arguments of `deeplab-rt`, with the sample model, build/out and a sample picture where none is named. Defaults
 * stand first: of an option given twice the last one counts, and one without its value stays an error.
 */
export function segmentArguments(args, cwd, sample = samplePicture) {
  const here = (file) => path.relative(cwd, file) || ".";
  const defaults = ["--model", here(inRoot(SAMPLE_MODEL)), "--output", here(inRoot("build/out"))];
  return [
    "segment",
    ...defaults,
    ...replacing(args),
    ...(namesPicture(args) ? [] : [here(sample())]),
    ...args,
  ];
}

/** Prepares the checkout, then segments. The tool's exit code becomes ours. */
export async function segmentAfterSetup(args) {
  await prepare();
  const cwd = process.env.INIT_CWD ?? process.cwd();
  const { code } = await runShown(
    process.execPath,
    [inRoot("dist/cli/main.js"), ...segmentArguments(args, cwd)],
    { cwd },
  );
  process.exitCode = code ?? 1;
}
