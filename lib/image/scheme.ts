// Texts and URL objects that say where a picture is.

/** The scheme of an address in lower case, without its colon; undefined for a path. */
export function schemeOf(source: string | URL): string | undefined {
  if (source instanceof URL) return source.protocol.slice(0, -1);
  // One letter before the colon is a Windows drive, not a scheme. The text of a data: address may be long.
  return /^([a-z][a-z0-9+.-]+):/i.exec(source.slice(0, 40))?.[1]?.toLowerCase();
}

/** Whether a value is a text or a URL of one of these schemes. */
export function isAddress(value: unknown, ...schemes: readonly string[]): value is string | URL {
  return (typeof value === "string" || value instanceof URL) && schemes.includes(schemeOf(value) ?? "");
}
