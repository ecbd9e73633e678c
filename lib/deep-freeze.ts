// Plain data that several hold at once: whoever gets it can read it, and nobody can change it for the others.

/** Freezes an object of plain data and all within it, and gives it back. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const part of Object.values(value)) deepFreeze(part);
  return value;
}
