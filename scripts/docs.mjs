// npm run docs: the API reference as Markdown, in docs/api/. An export without a comment is an error.
import { REFERENCE, writeReference } from "./api/reference.mjs";
import { relative } from "./setup/paths.mjs";
import { reportingSetupErrors } from "./setup/setup-error.mjs";

await reportingSetupErrors(async () => {
  await writeReference();
  console.log(`API reference: ${relative(REFERENCE)}/README.md`);
});
