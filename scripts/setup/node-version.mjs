// Which Node.js can build and test this checkout. Plain syntax only: an old Node must be able to read it.

/** The one minimum: the "engines" of package.json says the same. */
export const MINIMUM_NODE = [20, 19, 0];

/** One message if `version` (like "20.19.0") is too old, else `null`. */
export function nodeVersionProblem(version) {
  const found = version.split(".").map(Number);
  for (let i = 0; i < MINIMUM_NODE.length; i += 1) {
    if (found[i] > MINIMUM_NODE[i]) return null;
    if (found[i] < MINIMUM_NODE[i]) {
      return (
        "Node.js " +
        MINIMUM_NODE.join(".") +
        " or newer is needed, this is " +
        version +
        ".\n" +
        "Install a newer one (nvm install 22, fnm install 22, or your system's package manager), then run the command again."
      );
    }
  }
  return null;
}
