"""Judges the exported package on held-out pictures, through ONNX Runtime and at full size.

The graph that ships is what is measured, not the network in PyTorch: a mistake in the export
must show in the figures. Pre- and post-processing are written out here for the same reason.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

import cv2
import numpy as np
import onnxruntime as ort

from dataset import HELD_OUT_SEEDS, draw, to_input
from defects import CLASSES
from export import write_json
from noise import Array
from textures import MATERIALS


class Package:
    """The sample package as a function from an RGB picture to class ids of its own size."""

    def __init__(self, folder: Path) -> None:
        config = json.loads((folder / "inference_config.json").read_text("utf-8"))["network_input"]
        self.mean, self.std = (np.array(v, np.float32) for v in config["normalization"])
        options = ort.SessionOptions()
        options.intra_op_num_threads = int(os.environ.get("OMP_NUM_THREADS", "2"))
        self.session = ort.InferenceSession(folder / "weights.onnx", options, providers=["CPUExecutionProvider"])

    def __call__(self, image: Array) -> Array:
        """Stretch, normalise, run, enlarge the logits to the picture, take the arg max."""
        x = (to_input(image).astype(np.float32) / 255 - self.mean) / self.std
        logits = self.session.run(["logits"], {"images": x.transpose(2, 0, 1)[None]})[0][0]
        h, w = image.shape[:2]
        planes = [cv2.resize(plane, (w, h), interpolation=cv2.INTER_LINEAR) for plane in logits]
        return np.argmax(np.stack(planes), 0).astype(np.uint8)


def scores(confusion: Array) -> dict[str, object]:
    """IoU per class and their mean, all pixels of all pictures counted together."""
    hit = np.diag(confusion).astype(np.float64)
    union = confusion.sum(0) + confusion.sum(1) - hit
    iou = hit / np.maximum(union, 1)
    return {
        "mean_iou": round(float(iou.mean()), 4),
        "iou": {name: round(float(value), 4) for name, value in zip(CLASSES, iou)},
        "pixel_accuracy": round(float(hit.sum() / confusion.sum()), 4),
    }


def confusion_of(truth: Array, found: Array) -> Array:
    """Pixels by (true class, found class)."""
    k = len(CLASSES)
    return np.bincount(truth.ravel().astype(int) * k + found.ravel(), minlength=k * k).reshape(k, k)


def evaluate(folder: Path, count: int) -> dict[str, object]:
    """Scores over all held-out pictures, and for each material by itself."""
    package = Package(folder)
    per_material = {name: np.zeros((len(CLASSES),) * 2, np.int64) for name in MATERIALS}
    for seed in list(HELD_OUT_SEEDS)[:count]:
        material = MATERIALS[seed % len(MATERIALS)]
        image, truth = draw(seed, material=material)
        per_material[material] += confusion_of(truth, package(image))
    report: dict[str, object] = {"images": count, "seeds": [HELD_OUT_SEEDS[0], HELD_OUT_SEEDS[count - 1]]}
    report |= scores(sum(per_material.values()))
    report["materials"] = {name: scores(matrix) for name, matrix in per_material.items()}
    return report


def table(report: dict[str, object]) -> str:
    """The report for a terminal."""
    columns = {"all": report, **report["materials"]}
    lines = [f"{'IoU':<12}" + "".join(f"{name:>9}" for name in columns)]
    for name in CLASSES:
        lines.append(f"{name:<12}" + "".join(f"{part['iou'][name]:>9.3f}" for part in columns.values()))
    lines.append(f"{'mean':<12}" + "".join(f"{part['mean_iou']:>9.3f}" for part in columns.values()))
    return "\n".join(lines)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--package", type=Path, required=True)
    parser.add_argument("--count", type=int, default=len(HELD_OUT_SEEDS))
    options = parser.parse_args()
    result = evaluate(options.package, options.count)
    result["package_bytes"] = sum(p.stat().st_size for p in options.package.iterdir() if p.name != "report.json")
    write_json(options.package / "report.json", result)
    print(table(result))
