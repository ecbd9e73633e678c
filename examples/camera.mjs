// A camera, a file or a network stream, read by ffmpeg as NV12: what cameras deliver and the model takes without a
// conversion. `latestOnly` works on the newest frame and skips what came meanwhile, so the delay stays that of one frame.
//
//   node examples/camera.mjs [--input /dev/video0 | clip.mp4 | rtsp://…] [--size 640x480] [--frames 100] [--model <package>]
//
// Without --input the frames are drawn here: no ffmpeg is needed.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { AutoModel } from "deeplab-rt";

const { values } = parseArgs({
  options: {
    model: { type: "string", default: "models/sample" },
    input: { type: "string" },
    format: { type: "string" }, // ffmpeg's -f, where it cannot tell: v4l2, lavfi
    size: { type: "string", default: "640x480" },
    frames: { type: "string", default: "100" },
  },
});
const [width = 0, height = 0, ...more] = values.size.split("x").map(Number);
if (more.length > 0 || ![width, height].every((side) => side >= 2 && side <= 8192 && side % 2 === 0))
  throw new Error(`--size is two even numbers of pixels, as NV12 has them, like 640x480, not ${values.size}`);
const frames = Number(values.frames);
if (!(frames >= 1)) throw new Error(`--frames is a number from 1, not ${values.frames}`);
/** @returns {import("deeplab-rt").RawImage} */
const frame = (data) => ({ data, width, height, colorFormat: "nv12" });
const frameBytes = (width * height * 3) / 2;

async function* ffmpegFrames(input) {
  const from = values.format ? ["-f", values.format, "-i", input] : ["-i", input];
  const to = ["-vf", `scale=${width}:${height}`, "-pix_fmt", "nv12", "-f", "rawvideo", "-"];
  const ffmpeg = spawn("ffmpeg", ["-v", "error", ...from, ...to], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((resolve) => ffmpeg.once("close", (code, signal) => resolve(code ?? signal)));
  await once(ffmpeg, "spawn"); // rejects where there is no ffmpeg
  try {
    let [data, filled] = [Buffer.alloc(frameBytes), 0];
    for await (const chunk of ffmpeg.stdout) {
      for (let taken = 0; taken < chunk.length; ) {
        const copied = chunk.copy(data, filled, taken);
        taken += copied;
        filled += copied;
        if (filled < frameBytes) continue;
        yield frame(data);
        [data, filled] = [Buffer.alloc(frameBytes), 0]; // a frame that waits is read later: its memory stays its own
      }
    }
    // Its output ends in the same way whether the input did or something went wrong: the exit code says which.
    const end = await ended;
    if (end !== 0) throw new Error(`ffmpeg ended with ${end} on ${input}; what it said stands above`);
  } finally {
    ffmpeg.kill(); // the loop was left, or the input has ended
  }
}

async function* drawnFrames() {
  for (let n = 0; ; n++) {
    const data = Buffer.alloc(frameBytes, 128);
    for (let y = 0; y < height; y++) data.fill((y + n * 4) & 255, y * width, (y + 1) * width); // moving bands of grey
    yield frame(data);
    await sleep(10); // 100 frames a second: more than the model takes
  }
}

const model = await AutoModel.fromPretrained(values.model);
const source = values.input ? ffmpegFrames(values.input) : drawnFrames();
const stream = model.stream(source, { latestOnly: true, include: ["classAreas"] });
const start = performance.now();
for await (const { index, result, skipped } of stream) {
  const percent = (id) => ((100 * result.classAreas[id]) / (width * height)).toFixed(1);
  const named = model.classNames.map((name, id) => `${name} ${percent(id)} %`).join(", ");
  console.log(`frame ${index} (${skipped} skipped): ${named}`);
  if (stream.stats.answered >= frames) break; // closes the source too
}
const { received, answered, skipped } = stream.stats;
if (answered === 0) throw new Error(`no frame came from ${values.input}`);
const rate = ((1000 * answered) / (performance.now() - start)).toFixed(1);
console.log(`${received} frames received, ${answered} segmented, ${skipped} skipped, ${rate} a second`);
await model.close();
