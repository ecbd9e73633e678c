// Rings: what the steps of tracing hand on, and how their points are read.

/**
 * A closed ring: x0, y0, x1, y1, …; the last point is joined to the first and not repeated. Pixel (x, y) covers
 * [x, x + 1) × [y, y + 1).
 */
export type Ring = number[];

export function pointOf(ring: Ring, i: number): [x: number, y: number] {
  return [ring[2 * i], ring[2 * i + 1]] as [number, number];
}

/** The edge from a point to the next. */
export function endsOf(ring: Ring, edge: number): [ax: number, ay: number, bx: number, by: number] {
  const [i, j] = [2 * edge, (2 * edge + 2) % ring.length];
  return [ring[i], ring[i + 1], ring[j], ring[j + 1]] as [number, number, number, number];
}

/** The highest point; of several the leftmost. */
export function topOf(ring: Ring): number {
  let top = 0;
  let [topX, topY] = pointOf(ring, 0);
  for (let i = 1; i < ring.length / 2; i++) {
    const [x, y] = pointOf(ring, i);
    if (y < topY || (y === topY && x < topX)) [top, topX, topY] = [i, x, y];
  }
  return top;
}
