// How fast something goes, by its last steps: what was slow at the beginning does not spoil the estimate for hours.

const remembered = 64;

/** Counts steps and tells their rate. */
export class Rate {
  readonly #now: () => number;
  readonly #times: number[];
  #done = 0;

  /** Begins now. */
  constructor(now: () => number = performance.now.bind(performance)) {
    this.#now = now;
    this.#times = [now()];
  }

  /** One more is done. */
  step(): void {
    this.#done += 1;
    this.#times.push(this.#now());
    if (this.#times.length > remembered) this.#times.shift();
  }

  /** Steps so far. */
  get done(): number {
    return this.#done;
  }

  /** Steps a second over the last ones; null before there was one. */
  get perSecond(): number | null {
    const [first = 0] = this.#times;
    const last = this.#times.at(-1) ?? 0;
    return last > first ? ((this.#times.length - 1) * 1000) / (last - first) : null;
  }

  /** Milliseconds that so many more will take; null where that cannot be said. */
  remaining(steps: number): number | null {
    const perSecond = this.perSecond;
    return perSecond === null ? null : (steps * 1000) / perSecond;
  }
}
