// Several things at once, their outcomes in the order of the things.

/**
 * Works on at most `most` items at once and yields what comes out in their order. After an error, or when the consumer
 * leaves, nothing more is begun and what is under way is waited for.
 */
export async function* inOrder<Item, Outcome>(
  items: Iterable<Item>,
  most: number,
  work: (item: Item) => Promise<Outcome>,
): AsyncGenerator<Outcome, void, undefined> {
  const running: Promise<Outcome>[] = [];
  try {
    for (const item of items) {
      const begun = work(item);
      begun.catch(() => {}); // it is looked at when its turn comes
      running.push(begun);
      if (running.length >= most) yield await next(running);
    }
    while (running.length > 0) yield await next(running);
  } finally {
    await Promise.allSettled(running);
  }
}

function next<Outcome>(running: Promise<Outcome>[]): Promise<Outcome> {
  return running.shift() as Promise<Outcome>;
}

/** The items in lists of at most `size`. */
export function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
}
