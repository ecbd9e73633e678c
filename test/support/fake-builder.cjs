// Stands for the process that builds an engine (lib/compile/child.ts): does what the spec's path of the engine names.
const send = (report) => process.send(report);
const event = (kind, phase, parent, number) =>
  send({ kind: "event", event: { kind, phase, parent, number } });
const say = (line) => process.stderr.write(`${line}\n`);

const acts = {
  done(spec) {
    event("start", "Building", "", 2);
    event("step", "Building", "", 0);
    send({ kind: "done", built: { planPath: spec.planPath, parts: spec.modelParts } });
    process.disconnect();
  },
  failed() {
    say("[error] out of paint");
    send({ kind: "failed", code: "DEVICE_OUT_OF_MEMORY", message: "no room", detail: { asked: "7" } });
    process.disconnect();
  },
  internal() {
    send({ kind: "failed", code: undefined, message: "a mistake", detail: {} });
    process.disconnect();
  },
  exit() {
    for (let i = 0; i < 40; i++) say(`[warning] line ${i}`);
    say("[phase] Timing");
    process.stderr.write("[error] the last", () => process.exit(3));
  },
  kill: () => process.kill(process.pid, "SIGKILL"),
  silence: () => setInterval(() => {}, 1000),
  obedient() {
    acts.silence();
    event("start", "Building", "", 2);
    process.on("message", ({ kind }) => {
      if (kind !== "cancel") return;
      send({ kind: "failed", code: "ABORTED", message: "cancelled", detail: {} });
      process.exit(0);
    });
  },
  stubborn() {
    acts.silence();
    event("start", "Building", "", 2);
  },
};

process.once("message", ({ spec }) => acts[spec.planPath](spec));
