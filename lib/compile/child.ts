// Entry of the process that builds an engine (see build-engine.ts). Building takes minutes and much memory, in a
// library that may crash or hang: here it takes nobody with it.

import { type NativeEngineBuild, type NativeEngineBuildSpec, native } from "../native.js";
import type { BuildOrder, BuildReport } from "./messages.js";

// A builder that does not come to its next step ends with its process.
const patience = 5_000;

let build: NativeEngineBuild | undefined;

// Ctrl+C reaches every process of a terminal: whoever asked for the build decides, and tells us.
process.on("SIGINT", () => {});

process.on("message", (order: BuildOrder) => {
  if (order.kind === "cancel") build?.cancel();
  else void run(order.spec);
});

// Whoever asked is gone, so nobody will take the engine.
process.once("disconnect", () => {
  build?.cancel();
  setTimeout(() => process.kill(process.pid, "SIGKILL"), patience).unref();
});

async function run(spec: NativeEngineBuildSpec): Promise<void> {
  try {
    build = native().buildEngine(spec, (kind, phase, parent, number) =>
      tell({ kind: "event", event: { kind, phase, parent, number } }),
    );
    leaveWith({ kind: "done", built: await build.done });
  } catch (error) {
    const { code, message, detail } = error as { code?: unknown; message: string; detail?: object };
    leaveWith({
      kind: "failed",
      code: typeof code === "string" ? code : undefined,
      message,
      detail: Object.fromEntries(Object.entries(detail ?? {}).map(([key, value]) => [key, String(value)])),
    });
  }
}

function tell(report: BuildReport): void {
  if (process.connected) process.send?.(report, () => {});
}

// Nothing is left to do: without the connection the process ends.
function leaveWith(report: BuildReport): void {
  if (!process.connected) return;
  process.send?.(report, () => {
    if (process.connected) process.disconnect();
  });
}
