"""Writes the model package: the ONNX graph, its class names and its configuration."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch

from dataset import INPUT
from defects import CLASSES
from onnx_graph import export_graph
from train import MEAN, STD, build_model

LIMIT_BYTES = 10_000_000


def write_json(path: Path, value: object) -> None:
    """Two-space JSON with a final newline, as the rest of the repository keeps it."""
    path.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")


def write_config(target: Path, size: int, names: tuple[str, ...], model_id: str) -> None:
    """The files beside the graph. `stretch` spends every pixel of the input on the picture."""
    (target / "class_names.txt").write_text("\n".join(names) + "\n", encoding="utf-8")
    network = {
        "training_input_size": {"height": size, "width": size},
        "dynamic_spatial_size_supported": False,
        "color_mode": "rgb",
        "resize_mode": "stretch",
        "input_channels": 3,
        "scaling_factor": 255,
        "normalization": [list(MEAN), list(STD)],
    }
    config = {
        "image_pre_processing": {"auto-orient": {"enabled": True}},
        "network_input": network,
        "forward_pass": {"static_batch_size": None, "max_dynamic_batch_size": 16},
        "post_processing": {"type": "softmax", "fused": False},
    }
    write_json(target / "inference_config.json", config)
    identity = {
        "model_architecture": "deep-lab-v3-plus",
        "task_type": "semantic-segmentation",
        "backend_type": "onnx",
        "model_id": model_id,
    }
    write_json(target / "model_config.json", identity)


def write_package(weights: Path, target: Path) -> None:
    """Everything that ships except the report, which evaluate.py adds."""
    target.mkdir(parents=True, exist_ok=True)
    model = build_model()
    model.load_state_dict(torch.load(weights, weights_only=True))
    export_graph(model, INPUT, target / "weights.onnx")
    write_config(target, INPUT, CLASSES, model_id="deeplab-rt/surface-defects/1")
    total = sum(path.stat().st_size for path in target.iterdir() if path.is_file())
    if total > LIMIT_BYTES:
        raise RuntimeError(f"the package holds {total} bytes, more than the {LIMIT_BYTES} that may ship")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    write_package(options.weights, options.out)
    print(f"package in {options.out}")
