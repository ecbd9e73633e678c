// The "plain JavaScript" rival's way in: bilinear stretch and normalisation, written as one would with care:
// no allocation a picture, integer-free inner loops over typed arrays, each source row read once.

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

/** A function `(rgb) → Float32Array(3·height·width)`, the same array each time. */
export function makePreprocess(source, input, { mean, std, scale }) {
  const columns = linearTaps(source.width, input.width);
  const rows = linearTaps(source.height, input.height);
  const plane = input.width * input.height;
  const tensor = new Float32Array(3 * plane);
  const stride = source.width * 3;
  const factor = std.map((value) => 1 / (scale * value));
  const offset = mean.map((value, c) => -value / std[c]);
  return (data) => {
    for (let y = 0; y < input.height; y += 1) {
      const top = rows.first[y] * stride;
      const bottom = rows.second[y] * stride;
      const wy = rows.weight[y];
      for (let x = 0, out = y * input.width; x < input.width; x += 1, out += 1) {
        const left = columns.first[x] * 3;
        const right = columns.second[x] * 3;
        const wx = columns.weight[x];
        for (let c = 0; c < 3; c += 1) {
          const a = data[top + left + c] + wx * (data[top + right + c] - data[top + left + c]);
          const b = data[bottom + left + c] + wx * (data[bottom + right + c] - data[bottom + left + c]);
          tensor[c * plane + out] = Math.round(a + wy * (b - a)) * factor[c] + offset[c];
        }
      }
    }
    return tensor;
  };
}
