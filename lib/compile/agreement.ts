// How far the class maps of two networks agree: of pixels, and of each class. Plain counting.

/** How two class maps agree in one class. */
export interface ClassAgreement {
  readonly id: number;
  readonly name: string;
  /** Pixels of this class by the reference and by the engine. */
  readonly reference: number;
  readonly engine: number;
  /** Pixels that both call this class, of those that either does; null where neither does. */
  readonly iou: number | null;
}

/** How two networks agree over some pictures. */
export interface Agreement {
  readonly pictures: number;
  readonly pixels: number;
  /** Pixels of equal class, of all. */
  readonly agreement: number;
  readonly classes: readonly ClassAgreement[];
  /** Pixels whose logits are not finite. */
  readonly nonFinite: { readonly reference: number; readonly engine: number };
  /** How many the engine has more of than the reference, picture by picture. */
  readonly newNonFinite: number;
}

/** One network's answer for one picture. */
export interface Answer {
  readonly segmentationMap: Uint8Array | Uint16Array;
  readonly nonFinitePixels: number;
}

/** Counts picture by picture. */
export class AgreementCount {
  readonly #names: readonly string[];
  readonly #both: Float64Array;
  readonly #reference: Float64Array;
  readonly #engine: Float64Array;
  readonly #nonFinite = { reference: 0, engine: 0 };
  #newNonFinite = 0;
  #pictures = 0;
  #pixels = 0;
  #equal = 0;

  /** @param channels Of the network: those beyond the names have none. */
  constructor(names: readonly string[], channels: number) {
    this.#names = names;
    const length = Math.max(channels, names.length);
    this.#both = new Float64Array(length);
    this.#reference = new Float64Array(length);
    this.#engine = new Float64Array(length);
  }

  /**
   * Adds one picture.
   * @throws RangeError where the maps have not the same size
   */
  add(reference: Answer, engine: Answer): void {
    const a = reference.segmentationMap;
    const b = engine.segmentationMap;
    if (a.length !== b.length) throw new RangeError(`maps of ${a.length} and of ${b.length} pixels`);
    this.#count(a, b);
    this.#pictures++;
    this.#pixels += a.length;
    this.#nonFinite.reference += reference.nonFinitePixels;
    this.#nonFinite.engine += engine.nonFinitePixels;
    this.#newNonFinite += Math.max(engine.nonFinitePixels - reference.nonFinitePixels, 0);
  }

  #count(a: Uint8Array | Uint16Array, b: Uint8Array | Uint16Array): void {
    const [both, reference, engine] = [this.#both, this.#reference, this.#engine];
    let equal = 0;
    for (let i = 0; i < a.length; i++) {
      const left = a[i] ?? 0;
      const right = b[i] ?? 0;
      reference[left] = (reference[left] ?? 0) + 1;
      engine[right] = (engine[right] ?? 0) + 1;
      if (left !== right) continue;
      equal++;
      both[left] = (both[left] ?? 0) + 1;
    }
    this.#equal += equal;
  }

  /** What came out; the agreement of no pixel is 1. */
  result(): Agreement {
    return {
      pictures: this.#pictures,
      pixels: this.#pixels,
      agreement: this.#pixels === 0 ? 1 : this.#equal / this.#pixels,
      classes: Array.from(this.#both, (both, id) => this.#ofClass(id, both)),
      nonFinite: { ...this.#nonFinite },
      newNonFinite: this.#newNonFinite,
    };
  }

  #ofClass(id: number, both: number): ClassAgreement {
    const reference = this.#reference[id] ?? 0;
    const engine = this.#engine[id] ?? 0;
    const either = reference + engine - both;
    const name = this.#names[id] ?? `class ${id}`;
    return { id, name, reference, engine, iou: either === 0 ? null : both / either };
  }
}
