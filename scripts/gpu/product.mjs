// Which deeplab-rt is checked: this checkout's, or an installed one that DEEPLAB_TEST_PACKAGE names.
import path from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT } from "../setup/paths.mjs";

/** The folder of an installed package, or undefined. */
export const installedPackage = () => process.env.DEEPLAB_TEST_PACKAGE || undefined;

/** A path inside the package that is checked. */
export const inProduct = (...parts) => path.join(installedPackage() ?? ROOT, ...parts);

/** Its public exports. */
export const importProduct = () => import(pathToFileURL(inProduct("dist/index.mjs")));
