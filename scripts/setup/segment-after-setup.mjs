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

function hasOption(args, name) {
  return args.some((arg) => arg === name || arg.startsWith(`${name}=`));
}

/** Arguments of `deeplab-rt`, with the sample model, a sample picture and build/out where not given. */
export function segmentArguments(args, cwd, sample = samplePicture) {
  const here = (file) => path.relative(cwd, file) || ".";
  const complete = [...args];
  if (!hasOption(args, "--model")) complete.push("--model", here(inRoot(SAMPLE_MODEL)));
  if (!hasOption(args, "--output")) complete.push("--output", here(inRoot("build/out")));
  const takesValue = (arg) => arg?.startsWith("-") && !arg.includes("=");
  const named = args.some((arg, i) => !arg.startsWith("-") && !takesValue(args[i - 1]));
  return ["segment", ...(named ? [] : [here(sample())]), ...complete];
}

/** Prepares the checkout, then segments. The tool's exit code becomes ours. */
export async function segmentAfterSetup(args) {
  await prepare();
  fs.mkdirSync(inRoot("build/out"), { recursive: true });
  const cwd = process.env.INIT_CWD ?? process.cwd();
  const { code } = await runShown(
    process.execPath,
    [inRoot("dist/cli/main.js"), ...segmentArguments(args, cwd)],
    { cwd },
  );
  process.exitCode = code ?? 1;
}
