// A part on a line: pass or fail, as an exit code that a controller or a shell script understands.
//   0 passed · 1 failed · 2 could not be inspected
//
//   node examples/defect-inspection.mjs <picture> [--limit scratch=0.002 …] [--model <package>]
//
// A limit is the share of the picture that a class may cover; classes without one may cover nothing.
import { parseArgs } from "node:util";
import { AutoModel, DeepLabError } from "deeplab-rt";

/** @returns {Promise<boolean>} whether the part passed */
async function inspect() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      model: { type: "string", default: "models/sample" },
      limit: { type: "string", multiple: true, default: [] },
      confidence: { type: "string", default: "0.6" },
    },
  });
  const [picture = "assets/samples/metal.jpg", ...others] = positionals;
  if (others.length > 0)
    throw new Error(`one picture is one part: nobody would look at ${others.join(", ")}`);
  const limits = new Map(values.limit.map(parseLimit));
  const model = await AutoModel.fromPretrained(values.model);
  for (const name of limits.keys())
    if (!model.classNames.includes(name))
      throw new Error(`no class "${name}" among ${model.classNames.join(", ")}`);
  // Logits that are not finite would be background, and a part nobody looked at would pass: `strict` makes them an error.
  const result = await model.infer(picture, { confidence: Number(values.confidence), strict: true });
  const defects = (await result.classStats()).filter(({ id }) => id !== model.backgroundClassId);
  const tooMuch = defects.filter(({ name, share }) => share > (limits.get(name) ?? 0));
  for (const { name, share, meanConfidence } of tooMuch) {
    const allowed = ((limits.get(name) ?? 0) * 100).toFixed(3);
    const found = `${(share * 100).toFixed(3)} % (confidence ${meanConfidence.toFixed(2)})`;
    console.log(`${name}: ${found}, allowed are ${allowed} %`);
  }
  await model.close();
  return tooMuch.length === 0;
}

/** @returns {[string, number]} */
function parseLimit(text) {
  const [, name = "", share] = /^(.+)=(\d*\.?\d+)$/.exec(text) ?? [];
  if (share === undefined) throw new Error(`--limit is name=share, like scratch=0.002, not ${text}`);
  return [name, Number(share)];
}

try {
  const passed = await inspect();
  console.log(passed ? "PASS" : "FAIL");
  process.exitCode = passed ? 0 : 1;
} catch (error) {
  // Never a pass by accident: whatever went wrong is an exit code of its own.
  const code = error instanceof DeepLabError ? ` [${error.code}]` : "";
  console.error(`could not be inspected${code}: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 2;
}
