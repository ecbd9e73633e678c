// Entry of the process that runs the bare network by onnxruntime-node: its threads are in nobody's way between rounds.

import type { InferenceSession, Tensor } from "onnxruntime-node";
import type { SessionAnswer, SessionOrder } from "./session.js";

let session: InferenceSession | undefined;
let tensorClass: typeof Tensor | undefined;
let feeds: Record<string, Tensor> = {};

// Ctrl+C reaches every process of a terminal: whoever started us decides.
process.on("SIGINT", () => {});
process.once("disconnect", () => process.exit());
process.on("message", (order: SessionOrder) => {
  void answer(order).then(
    (result) => process.send?.(result),
    (error) => process.send?.({ kind: "failed", message: (error as Error).message } satisfies SessionAnswer),
  );
});

async function answer(order: SessionOrder): Promise<SessionAnswer> {
  if (order.kind === "open") {
    const { InferenceSession, Tensor, env } = await import("onnxruntime-node");
    session = await InferenceSession.create(order.weights);
    tensorClass = Tensor;
    return { kind: "opened", version: env.versions.node ?? env.versions.common };
  }
  if (session === undefined || tensorClass === undefined) throw new Error("no session is open");
  if (order.kind === "feed") {
    const [name = ""] = session.inputNames;
    feeds = { [name]: new tensorClass(order.dtype, order.data as Float32Array, order.dims) };
    return { kind: "fed" };
  }
  const start = performance.now();
  await session.run(feeds);
  return { kind: "ran", milliseconds: performance.now() - start };
}
