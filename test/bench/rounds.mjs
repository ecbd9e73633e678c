// Starts every rival and lets them run in turn, so that a slow minute of the machine hits all of them.
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("./rival-process.mjs", import.meta.url));

/** The child's next message; rejects when the child ends instead. */
function nextMessage(child) {
  return new Promise((resolve, reject) => {
    const settle =
      (action) =>
      (...values) => {
        child.off("message", onMessage);
        child.off("exit", onExit);
        action(...values);
      };
    const onMessage = settle(resolve);
    const onExit = settle((code, signal) =>
      reject(new Error(`a rival's process ended with ${signal ?? `exit code ${code}`}`)),
    );
    child.on("message", onMessage);
    child.on("exit", onExit);
  });
}

/** A rival's process: `ask({ size, wantMap })` → one measurement, `end()`. */
async function startRival(name, { folder, threads }) {
  const child = fork(PROGRAM, [name, folder, String(threads)], { serialization: "advanced" });
  await nextMessage(child);
  return {
    name,
    ask(question) {
      child.send(question);
      return nextMessage(child);
    },
    async end() {
      child.send({ end: true });
      await once(child, "exit");
    },
  };
}

/** `{ size: { rival: [measurement, …] } }`, warm-up left out; `maps` holds one result map a rival and size. */
export async function runRounds(names, sizes, { folder, threads, rounds, warmup }, progress = () => {}) {
  const rivals = [];
  for (const name of names) rivals.push(await startRival(name, { folder, threads }));
  const measurements = {};
  const maps = {};
  for (const size of sizes) {
    measurements[size] = Object.fromEntries(names.map((name) => [name, []]));
    maps[size] = {};
    for (let round = -warmup; round < rounds; round += 1) {
      progress(size, round);
      // The order turns with the round: nobody always runs after the same neighbour.
      const turn = ((round % rivals.length) + rivals.length) % rivals.length;
      for (const rival of [...rivals.slice(turn), ...rivals.slice(0, turn)]) {
        const { map, ...measurement } = await rival.ask({ size, wantMap: round === -warmup });
        if (round >= 0) measurements[size][rival.name].push(measurement);
        else if (map) maps[size][rival.name] = map;
      }
    }
  }
  await Promise.all(rivals.map((rival) => rival.end()));
  return { measurements, maps };
}
