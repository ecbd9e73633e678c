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
const [width = 0, height = 0] = values.size.split("x").map(Number);
/** @returns {import("deeplab-rt").RawImage} */
const frame = (data) => ({ data, width, height, colorFormat: "nv12" });
const frameBytes = (width * height * 3) / 2;

async function* ffmpegFrames(input) {
  const from = values.format ? ["-f", values.format, "-i", input] : ["-i", input];
  const to = ["-vf", `scale=${width}:${height}`, "-pix_fmt", "nv12", "-f", "rawvideo", "-"];
  const ffmpeg = spawn("ffmpeg", ["-v", "error", ...from, ...to], { stdio: ["ignore", "pipe", "inherit"] });
  await once(ffmpeg, "spawn"); // rejects where there is no ffmpeg
  try {
    let data = Buffer.alloc(frameBytes);
    let filled = 0;
    for await (const chunk of ffmpeg.stdout) {
      for (let taken = 0; taken < chunk.length; ) {
        const copied = chunk.copy(data, filled, taken);
        taken += copied;
        filled += copied;
        if (filled < frameBytes) continue;
        yield frame(data);
        data = Buffer.alloc(frameBytes); // a frame that waits is read later: its memory is not used again
        filled = 0;
      }
    }
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
const stream = model.stream(values.input ? ffmpegFrames(values.input) : drawnFrames(), {
  latestOnly: true,
  include: ["classAreas"],
});
const start = performance.now();
for await (const { index, result, skipped } of stream) {
  const shares = Array.from(
    result.classAreas,
    (pixels) => `${((100 * pixels) / (width * height)).toFixed(1)} %`,
  );
  const named = shares.map((share, id) => `${model.classNames[id]} ${share}`).join(", ");
  console.log(`frame ${index} (${skipped} skipped): ${named}`);
  if (stream.stats.answered >= Number(values.frames)) break; // closes the source too
}
const { received, answered, skipped } = stream.stats;
const rate = (1000 * answered) / (performance.now() - start);
console.log(
  `${received} frames received, ${answered} segmented, ${skipped} skipped, ${rate.toFixed(1)} a second`,
);
await model.close();
