// Values that callers pass by mistake, whatever was expected.

import fc from "fast-check";

/** Anything of JavaScript, functions and symbols too. */
export const anything = (): fc.Arbitrary<unknown> =>
  fc.oneof(
    fc.anything({ withBigInt: true, withDate: true, withMap: true, withTypedArray: true, maxDepth: 2 }),
    fc.constantFrom<unknown>(
      Number.NaN,
      Number.POSITIVE_INFINITY,
      -0,
      2 ** 31,
      2 ** 32,
      2 ** 53,
      1e308,
      "",
      "__proto__",
      Symbol("s"),
      () => 0,
      Object.create(null),
      new Proxy({}, {}),
    ),
  );

/** Mostly what is right, now and then anything. */
export const mostly = <T>(right: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 39, arbitrary: right }, { weight: 1, arbitrary: anything() });

/** An object with up to four of these keys, and now and then one that nobody knows. */
export const someOf = (
  parts: Record<string, fc.Arbitrary<unknown>>,
): fc.Arbitrary<Record<string, unknown>> => {
  const names = Object.keys(parts);
  const known = fc
    .subarray(names, { maxLength: Math.min(4, names.length) })
    .chain((keys) => fc.record(Object.fromEntries(keys.map((key) => [key, parts[key] ?? fc.constant(0)]))));
  const more = fc.tuple(known, fc.string({ maxLength: 12 }), anything());
  return fc.oneof(
    { weight: 14, arbitrary: known },
    { weight: 1, arbitrary: more.map(([own, key, value]) => ({ ...own, [key]: value })) },
  );
};
