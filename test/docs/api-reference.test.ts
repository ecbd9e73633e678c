// The API reference can be made at any time: every export has its comment, and no comment points nowhere.

import { expect, test } from "vitest";
import { apiReference } from "../../scripts/api/reference.mjs";

test("every export and every option is documented, everything they name is exported, every {@link} leads somewhere", async () => {
  const { problems } = await apiReference();
  expect(problems).toEqual([]);
});
