// The model that commands use where none is named.

import path from "node:path";

/** The sample model that ships with the package. */
export const sampleModel = path.join(__dirname, "..", "..", "models", "sample");
