// Runs once before all tests: the golden archive is checked and unpacked. A missing or changed archive fails the run.

import { unpackGolden } from "../../scripts/golden/archive.mjs";

export async function setup(): Promise<void> {
  await unpackGolden();
}
