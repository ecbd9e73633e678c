// Which kind of file some bytes are, by their first few; to tell "damaged" from "not a picture".

interface Signature {
  readonly format: string;
  readonly offset: number;
  readonly bytes: readonly number[];
}

const ascii = (text: string) => [...text].map((letter) => letter.charCodeAt(0));

// Some of these cannot be decoded: naming them makes a better message.
const signatures: readonly Signature[] = [
  { format: "JPEG", offset: 0, bytes: [0xff, 0xd8, 0xff] },
  { format: "PNG", offset: 0, bytes: [0x89, ...ascii("PNG\r\n"), 0x1a, 0x0a] },
  { format: "GIF", offset: 0, bytes: ascii("GIF8") },
  { format: "WebP", offset: 8, bytes: ascii("WEBP") },
  { format: "TIFF", offset: 0, bytes: [...ascii("II"), 42, 0] },
  { format: "TIFF", offset: 0, bytes: [...ascii("MM"), 0, 42] },
  { format: "AVIF", offset: 4, bytes: ascii("ftypavif") },
  { format: "HEIC", offset: 4, bytes: ascii("ftypheic") },
  { format: "BMP", offset: 0, bytes: ascii("BM") },
  { format: "PDF", offset: 0, bytes: ascii("%PDF") },
  { format: "SVG", offset: 0, bytes: ascii("<svg") },
  { format: "XML", offset: 0, bytes: ascii("<?xml") },
];

const decodable = ["JPEG", "PNG", "GIF", "WebP", "TIFF", "AVIF"];

/** The name of the format, or undefined where the bytes begin like none that is known. */
export function sniffFormat(bytes: Uint8Array): string | undefined {
  return signatures.find(({ offset, bytes: magic }) => magic.every((byte, i) => bytes[offset + i] === byte))
    ?.format;
}

/** Whether pictures of this format can be decoded. */
export function isDecodable(format: string | undefined): boolean {
  return format !== undefined && decodable.includes(format);
}
