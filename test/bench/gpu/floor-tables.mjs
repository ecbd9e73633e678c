// The tables of docs/gpu-performance.md.
import { markdownTable } from "../report/markdown.mjs";
import { NETWORKS, PICTURES, requestOf } from "./floor-cases.mjs";
import { floors, latency, throughput } from "./floors.mjs";
import { GPUS, linkOf } from "./gpus.mjs";

const bandwidthOf = (gpu) => ({ memory: gpu.memory, link: linkOf(gpu) });
const whole = (count) => Math.round(count).toLocaleString("en-US");
const microseconds = (ms) => (ms === 0 ? "—" : (ms * 1000).toFixed(ms < 0.1 ? 1 : 0));

function gpuTable() {
  const rows = GPUS.map((gpu) => [
    gpu.name,
    String(gpu.memory),
    gpu.pcie === null ? "none" : `${linkOf(gpu).up} (PCIe ${gpu.pcie}.0 ×16)`,
    gpu.cache === null ? "not stated" : `${gpu.cache / 2 ** 20}`,
    gpu.source,
  ]);
  const columns = ["GPU", "memory, GB/s", "link, GB/s one way", "L2, MiB", "memory and link as stated by"];
  return { title: "GPUs", columns, rows };
}

function byteTable() {
  const rows = PICTURES.flatMap((picture) =>
    NETWORKS.map((network) => {
      const { up, preprocess, postprocess, down } = requestOf(picture, network);
      const counts = [up, preprocess.read, preprocess.written, postprocess.read, postprocess.written, down];
      return [picture.name, network.name, ...counts.map(whole)];
    }),
  );
  const columns = [
    "picture",
    "network",
    "up",
    "pre-processing reads",
    "writes",
    "post-processing reads",
    "writes",
    "down",
  ];
  return { title: "Bytes of one request", columns, rows };
}

function floorRow(label, bytes, bandwidth, mode) {
  const times = floors(bytes, bandwidth, mode);
  const busiest = throughput(bytes, bandwidth, mode);
  const cells = [times.up, times.preprocess, times.postprocess, times.down, latency(times)];
  return [...label, ...cells.map(microseconds), whole(1000 / busiest)];
}

const STEPS = ["up", "pre-processing", "post-processing", "down", "together", "pictures a second, at most"];

function floorTable(picture) {
  const rows = GPUS.flatMap((gpu) =>
    NETWORKS.map((network) =>
      floorRow([gpu.name, network.name], requestOf(picture, network), bandwidthOf(gpu), modeOf(gpu)),
    ),
  );
  return {
    title: `${picture.name}: floors in microseconds, without the network`,
    columns: ["GPU", "network", ...STEPS],
    rows,
  };
}

/** What `memoryMode: "auto"` takes. */
const modeOf = (gpu) => (gpu.pcie === null ? "mapped" : "copied");

function modeTable() {
  const [network] = NETWORKS;
  const rows = PICTURES.flatMap((picture) =>
    GPUS.flatMap((gpu) =>
      ["copied", "mapped"].map((mode) =>
        floorRow([gpu.name, picture.name, mode], requestOf(picture, network), bandwidthOf(gpu), mode),
      ),
    ),
  );
  return {
    title: `Copied and mapped, ${network.name}: floors in microseconds, without the network`,
    columns: ["GPU", "picture", "memory", ...STEPS],
    rows,
  };
}

/** All of them, in the order of the document. */
export function floorTables() {
  return [gpuTable(), byteTable(), ...PICTURES.map(floorTable), modeTable()];
}

/** The document's body. */
export const floorsBody = () => floorTables().flatMap(markdownTable).join("\n").trim();
