// How far a build has come. A builder tells of phases that nest: an inner one takes place during one step of the phase
// around it. How long phases take is not known beforehand, so the time that is left is a guess that gets better.

import type { BuildEvent } from "./messages.js";

/** How far a build has come. */
export interface BuildState {
  /** The innermost phase, in the builder's own words; empty before the first. */
  readonly phase: string;
  /** From 0 to 1; never goes back. Whether another phase follows is not known before the engine is there. */
  readonly fraction: number;
  /** Milliseconds. */
  readonly elapsed: number;
  /** Milliseconds that are left by the pace so far; null while there is too little to go by. */
  readonly remaining: number | null;
}

interface Phase {
  readonly name: string;
  readonly parent: string;
  readonly steps: number;
  done: number;
}

// Less than this says nothing about the whole.
const leastElapsed = 1_000;
const leastFraction = 0.02;
const beforeTheEnd = 0.99;

/** Follows the events of one build. */
export class BuildProgress {
  readonly #active: Phase[] = []; // the outermost first
  readonly #now: () => number;
  readonly #start: number;
  #fraction = 0;

  constructor(now: () => number = performance.now.bind(performance)) {
    this.#now = now;
    this.#start = now();
  }

  /** Takes the next event. @returns how far the build has come with it */
  take({ kind, phase, parent, number }: BuildEvent): BuildState {
    if (kind === "start") this.#active.push({ name: phase, parent, steps: Math.max(number, 1), done: 0 });
    else if (kind === "step") this.#step(phase, number);
    else this.#finish(phase);
    this.#fraction = Math.max(this.#fraction, Math.min(this.#current(), beforeTheEnd));
    return this.state();
  }

  /** How far it is now. */
  state(): BuildState {
    const elapsed = this.#now() - this.#start;
    const isKnown = elapsed >= leastElapsed && this.#fraction >= leastFraction;
    const remaining = isKnown ? (elapsed * (1 - this.#fraction)) / this.#fraction : null;
    return { phase: this.#active.at(-1)?.name ?? "", fraction: this.#fraction, elapsed, remaining };
  }

  // Steps are counted from 0.
  #step(name: string, step: number): void {
    const phase = this.#active.findLast((active) => active.name === name);
    if (phase !== undefined) phase.done = Math.max(phase.done, Math.min(step + 1, phase.steps));
  }

  // With what is inside it, where the builder does not end that itself.
  #finish(name: string): void {
    const at = this.#active.findLastIndex((active) => active.name === name);
    if (at >= 0) this.#active.splice(at);
  }

  // From the innermost outwards: each is part of one step of the one around it.
  #current(): number {
    return this.#active.reduceRight(
      (inner, { done, steps }) => Math.min((done + Math.min(inner, 1)) / steps, 1),
      0,
    );
  }
}
