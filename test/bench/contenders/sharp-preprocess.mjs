// sharp's resize in place of a hand-written one. Its linear kernel widens when it shrinks (antialiasing), so the
// network sees slightly other pixels than with OpenCV's plain bilinear: the same work, not the same input.
import sharp from "sharp";

/** A function `(rgb) → Promise<Float32Array(3·height·width)>`, the same array each time. */
export function makeSharpPreprocess(source, input, { mean, std, scale }) {
  const plane = input.width * input.height;
  const tensor = new Float32Array(3 * plane);
  const factor = std.map((value) => 1 / (scale * value));
  const offset = mean.map((value, c) => -value / std[c]);
  return async (data) => {
    const pixels = await sharp(data, { raw: { width: source.width, height: source.height, channels: 3 } })
      .resize(input.width, input.height, { fit: "fill", kernel: "linear" })
      .raw()
      .toBuffer();
    for (let i = 0, p = 0; i < plane; i += 1, p += 3) {
      tensor[i] = pixels[p] * factor[0] + offset[0];
      tensor[plane + i] = pixels[p + 1] * factor[1] + offset[1];
      tensor[2 * plane + i] = pixels[p + 2] * factor[2] + offset[2];
    }
    return tensor;
  };
}
