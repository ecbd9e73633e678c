// How picture files are called: for whoever looks for them in a folder. What a file is, its bytes say (sniff.ts).

/** Lower case, with the dot. */
export const pictureExtensions: readonly string[] = [
  ".jpg",
  ".jpeg",
  ".png",
  ".webp",
  ".avif",
  ".tif",
  ".tiff",
  ".gif",
];
