// Which kind of file some bytes are, by their first few; to tell "damaged" from "not a picture".

interface Signature {
  readonly format: string;
  readonly offset: number;
  readonly bytes: readonly number[];
}

const ascii = (text: string) => [...text].map((letter) => letter.charCodeAt(0));

// Most of these cannot be decoded: naming them makes a better message.
const signatures: readonly Signature[] = [
  { format: "JPEG", offset: 0, bytes: [0xff, 0xd8, 0xff] },
  { format: "PNG", offset: 0, bytes: [0x89, ...ascii("PNG\r\n"), 0x1a, 0x0a] },
  { format: "GIF", offset: 0, bytes: ascii("GIF8") },
  { format: "WebP", offset: 8, bytes: ascii("WEBP") },
  { format: "TIFF", offset: 0, bytes: [...ascii("II"), 42, 0] },
  { format: "TIFF", offset: 0, bytes: [...ascii("MM"), 0, 42] },
  { format: "TIFF", offset: 0, bytes: [...ascii("II"), 43, 0] }, // BigTIFF
  { format: "TIFF", offset: 0, bytes: [...ascii("MM"), 0, 43] },
  { format: "JPEG 2000", offset: 0, bytes: [0, 0, 0, 12, ...ascii("jP  ")] },
  { format: "JPEG 2000", offset: 0, bytes: [0xff, 0x4f, 0xff, 0x51] },
  { format: "JPEG XL", offset: 0, bytes: [0, 0, 0, 12, ...ascii("JXL ")] },
  { format: "JPEG XL", offset: 0, bytes: [0xff, 0x0a] },
  { format: "BMP", offset: 0, bytes: ascii("BM") },
  { format: "Radiance HDR", offset: 0, bytes: ascii("#?") },
  { format: "OpenEXR", offset: 0, bytes: [0x76, 0x2f, 0x31, 0x01] },
  { format: "PSD", offset: 0, bytes: ascii("8BPS") },
  { format: "ICO", offset: 0, bytes: [0, 0, 1, 0] },
  { format: "PDF", offset: 0, bytes: ascii("%PDF") },
  { format: "SVG", offset: 0, bytes: ascii("<svg") },
  { format: "XML", offset: 0, bytes: ascii("<?xml") },
];

/** Formats that are decoded. */
export type DecodableFormat = "JPEG" | "PNG" | "GIF" | "WebP" | "TIFF" | "AVIF";

const decodable = ["JPEG", "PNG", "GIF", "WebP", "TIFF", "AVIF"];

/** The name of the format, or undefined where the bytes begin like none that is known. */
export function sniffFormat(bytes: Uint8Array): string | undefined {
  const found = signatures.find(({ offset, bytes: magic }) =>
    magic.every((byte, i) => bytes[offset + i] === byte),
  );
  return found?.format ?? isoFormat(bytes) ?? portableMap(bytes);
}

/** Whether pictures of this format can be decoded. */
export function isDecodable(format: string | undefined): format is DecodableFormat {
  return format !== undefined && decodable.includes(format);
}

// AVIF and HEIC share a container, whose first box lists "brands": the main one, a version, the others.
function isoFormat(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.subarray(0, 256)).toString("latin1");
  if (head.slice(4, 8) !== "ftyp") return undefined;
  const end = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0);
  const brands = head.slice(8, Math.max(end, 12)).match(/.{4}/gs) ?? [];
  if (brands.some((brand) => brand === "avif" || brand === "avis")) return "AVIF";
  return brands.some((brand) => /^(?:hei[cxms]|hev[cxms]|mif1|msf1)$/.test(brand)) ? "HEIC" : undefined;
}

// PBM, PGM, PPM and their like: "P", a digit or letter, and white space.
function portableMap(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.subarray(0, 3)).toString("latin1");
  return /^P[1-7Ff]\s$/.test(head) ? "PNM" : undefined;
}
