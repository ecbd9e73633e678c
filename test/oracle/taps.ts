// Oracle: torch's bilinear resize of one axis (half-pixel centres, triangle filter when shrinking), in double precision.

/**
 * For each output index: the inputs it is a weighted sum of. Weights sum to 1. An input at the very edge of the filter
 * is listed with weight 0: float32 may give it a little.
 */
export interface AxisTaps {
  readonly starts: Int32Array;
  readonly weights: readonly Float64Array[];
}

/** How far float32 positions may be off. */
const edge = 1e-5;

function triangle(distance: number): number {
  return Math.max(0, 1 - Math.abs(distance));
}

/**
 * `filter(j) = triangle((j + 0.5 - centre) / max(scale, 1))`, `centre = (i + 0.5) · scale`, cut at the edges and
 * normalised. Where the axis grows this is plain bilinear: the cut tap's weight goes to the edge.
 */
export function resizeTaps(from: number, to: number): AxisTaps {
  const scale = from / to;
  const width = Math.max(scale, 1);
  const starts = new Int32Array(to);
  const weights = Array.from({ length: to }, (_, i) => {
    const centre = (i + 0.5) * scale;
    const reach = width + edge;
    const start = Math.max(Math.ceil(centre - reach - 0.5), 0);
    const end = Math.min(Math.floor(centre + reach - 0.5) + 1, from);
    starts[i] = start;
    const raw = Float64Array.from({ length: end - start }, (__, j) =>
      triangle((start + j + 0.5 - centre) / width),
    );
    const sum = raw.reduce((a, b) => a + b, 0);
    return raw.map((weight) => weight / sum);
  });
  return { starts, weights };
}

/** No resize: each output is its own input. */
export function identityTaps(length: number): AxisTaps {
  return {
    starts: Int32Array.from({ length }, (_, i) => i),
    weights: Array.from({ length }, () => Float64Array.of(1)),
  };
}
