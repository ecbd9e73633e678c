// Numbers as text: as many digits as they deserve.

/** Three significant digits, or `digits` after the point; empty where there is no number. */
export function short(value, digits) {
  if (value === null || value === undefined) return "";
  if (digits !== undefined) return value.toFixed(digits);
  const size = Math.abs(value);
  if (size >= 100) return value.toFixed(0);
  return value.toFixed(size >= 10 ? 1 : 2);
}

/** `52.1 [50.9–54.0]`: median and quartiles. */
export function withSpread(values, digits) {
  if (!values) return "";
  const { median, q1, q3 } = values;
  return `${short(median, digits)} [${short(q1, digits)}–${short(q3, digits)}]`;
}

export const mebibytes = (bytes) => (bytes ? (bytes / 2 ** 20).toFixed(0) : "");
