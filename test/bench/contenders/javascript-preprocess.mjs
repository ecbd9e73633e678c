// The "plain JavaScript" rival's way in: bilinear stretch and normalisation, written as one would with care:
// no allocation a picture, typed arrays, and 8-bit values resized in OpenCV's 11-bit integers, so that the
// network is given the very same input as by the others.

/** Start index and weight of the second tap for each output index (half-pixel centres, clamped). */
export function linearTaps(inputLength, outputLength) {
  const first = new Int32Array(outputLength);
  const second = new Int32Array(outputLength);
  const weight = new Float32Array(outputLength);
  for (let i = 0; i < outputLength; i += 1) {
    const source = Math.max(0, ((i + 0.5) * inputLength) / outputLength - 0.5);
    const index = Math.min(Math.floor(source), inputLength - 1);
    first[i] = index;
    second[i] = Math.min(index + 1, inputLength - 1);
    weight[i] = source - index;
  }
  return { first, second, weight };
}

const UNIT = 2048;

/** The same taps with both weights in 1/2048. */
function fixedTaps(inputLength, outputLength) {
  const { first, second, weight } = linearTaps(inputLength, outputLength);
  const toUnits = (value) => Math.round(Math.fround(value * UNIT));
  const near = Int32Array.from(weight, (value) => toUnits(Math.fround(1 - value)));
  const far = Int32Array.from(weight, toUnits);
  return { first, second, near, far };
}

/** A function `(rgb) → Float32Array(3·height·width)`, the same array each time. */
export function makePreprocess(source, input, { mean, std, scale }) {
  const columns = fixedTaps(source.width, input.width);
  const rows = fixedTaps(source.height, input.height);
  const plane = input.width * input.height;
  const tensor = new Float32Array(3 * plane);
  const stride = source.width * 3;
  const factor = std.map((value) => 1 / (scale * value));
  const offset = mean.map((value, c) => -value / std[c]);
  return (data) => {
    for (let y = 0; y < input.height; y += 1) {
      const top = rows.first[y] * stride;
      const bottom = rows.second[y] * stride;
      const [nearY, farY] = [rows.near[y], rows.far[y]];
      for (let x = 0, out = y * input.width; x < input.width; x += 1, out += 1) {
        const left = columns.first[x] * 3;
        const right = columns.second[x] * 3;
        const nearX = columns.near[x];
        const farX = columns.far[x];
        for (let c = 0; c < 3; c += 1) {
          const a = (data[top + left + c] * nearX + data[top + right + c] * farX) >> 4;
          const b = (data[bottom + left + c] * nearX + data[bottom + right + c] * farX) >> 4;
          const value = (((nearY * a) >> 16) + ((farY * b) >> 16) + 2) >> 2;
          tensor[c * plane + out] = value * factor[c] + offset[c];
        }
      }
    }
    return tensor;
  };
}
