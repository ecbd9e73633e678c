// A set-up problem that the person at the keyboard can mend: shown as it is, without a stack.

export class SetupError extends Error {
  name = "SetupError";
}

/** Runs `main`; a SetupError becomes one message and exit code 1, anything else keeps its stack. */
export async function reportingSetupErrors(main) {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(`\n${error.message}\n`);
    process.exitCode = 1;
  }
}
