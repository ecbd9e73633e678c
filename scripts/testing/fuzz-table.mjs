// What long runs of fuzzing met, as a table for docs/fuzzing.md.

/** `figures`: what test/fuzz/harness.ts reports. */
export function fuzzTable(figures) {
  const rows = figures.map(({ name, seconds, runs, counts, growth, firstSeed }) => {
    const met = Object.entries(counts).map(([code, count]) => `${code} ${count}`);
    return [name, `${seconds / 60}`, `${runs}`, met.join(", "), `${growth}`, `${firstSeed}`];
  });
  const head = ["property", "minutes", "inputs", "outcomes", "growth, MiB", "first seed"];
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
