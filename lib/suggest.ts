// "Did you mean": the nearest of a few known words to a misspelt one.

/** The nearest known word, or undefined where none is near enough to be a slip of the fingers. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    const distance = howFar(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** ` Did you mean "x"?`, or nothing, as for what is no word; to be appended to a sentence. */
export function didYouMean(word: unknown, known: Iterable<string>): string {
  const suggestion = typeof word === "string" ? nearest(word, known) : undefined;
  return suggestion === undefined ? "" : ` Did you mean ${JSON.stringify(suggestion)}?`;
}

// The beginning of a word is meant for it, however long the rest: "warn" for "warning".
function howFar(word: string, candidate: string): number {
  const distance = editDistance(word, candidate);
  return word.length >= 3 && candidate.startsWith(word) ? Math.min(distance, 2) : distance;
}

// Levenshtein distance, one row at a time; long words are far from everything and cost nothing.
function editDistance(a: string, b: string): number {
  if (a.length > 64 || b.length > 64) return a === b ? 0 : Number.POSITIVE_INFINITY;
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replace = at(previous, column - 1) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(replace, at(previous, column) + 1, at(current, column - 1) + 1));
    }
    previous = current;
  }
  return at(previous, b.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
