// Model packages that tests write into temporary folders.

import fs from "node:fs";
import os from "node:os";
import path from "node:path";

export interface PackageFiles {
  readonly classNames: readonly string[];
  /** `inference_config.json` as an object. */
  readonly config: Readonly<Record<string, unknown>>;
  /** `weights.onnx` */
  readonly weights: Uint8Array;
}

/** A folder under the system's temporary one, removed by `using` or `dispose()`. */
export class TemporaryFolder {
  readonly path = fs.mkdtempSync(path.join(os.tmpdir(), "deeplab-rt-test-"));

  /** Writes a package and gives its folder. */
  writePackage(name: string, files: PackageFiles): string {
    const folder = path.join(this.path, name);
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, "class_names.txt"), `${files.classNames.join("\n")}\n`);
    fs.writeFileSync(path.join(folder, "inference_config.json"), JSON.stringify(files.config));
    fs.writeFileSync(path.join(folder, "weights.onnx"), files.weights);
    return folder;
  }

  dispose(): void {
    fs.rmSync(this.path, { recursive: true, force: true });
  }
}

/** `count` names with "background" at `backgroundId`. */
export function classNames(count: number, backgroundId = 0): string[] {
  return Array.from({ length: count }, (_, id) => (id === backgroundId ? "background" : `class-${id}`));
}

/** A plain configuration: stretch, RGB, divided by 255. */
export function plainConfig(width: number, height: number): Record<string, unknown> {
  return {
    network_input: {
      dynamic_spatial_size_supported: false,
      color_mode: "rgb",
      resize_mode: "stretch",
      input_channels: 3,
      scaling_factor: 255,
      training_input_size: { width, height },
    },
    forward_pass: {},
  };
}
