// `deeplab-rt segment` in this process, so that what it calls can be looked at.

import { PassThrough } from "node:stream";
import { Interruption } from "../../dist/cli/interruption.js";
import { buildProgram } from "../../dist/cli/program.js";
import { newFolder } from "./tiny-package.js";

/** Runs it with these arguments, into a new folder unless they name one; what it says is gathered. */
export async function segmentHere(args: readonly string[], signal = new Interruption().signal) {
  const output = await newFolder();
  const said: string[] = [];
  const say = (text: string) => void said.push(text);
  let code: number | undefined;
  const context = {
    signal,
    stdin: new PassThrough().end(),
    print: say,
    complain: say,
    isTerminal: false,
    progress: { isTerminal: false, columns: 80, write: say },
  };
  const program = buildProgram({ context, finish: (result) => (code = result) });
  const error: unknown = await program
    .parseAsync(["node", "deeplab-rt", "segment", "-o", output, ...args])
    .then(
      () => undefined,
      (caught) => caught,
    );
  return { code, error, said: said.join("\n"), output };
}
