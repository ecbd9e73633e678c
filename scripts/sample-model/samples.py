"""Draws the three sample pictures of assets/samples, one a material, from seeds never trained on."""

from __future__ import annotations

import argparse
from pathlib import Path

from PIL import Image

from dataset import SAMPLE_SEEDS, draw

QUALITY = 90
LIMIT_BYTES = 150_000

# Seeds picked by eye: every kind of defect without crowding, and a result fit for a first example.
# How good the model is on pictures nobody picked is in models/sample/report.json.
PICTURES = {
    "metal": (2_000_006, {"scratch": 2, "pit": 1, "stain": 1, "crack": 1}),
    "wood": (2_000_009, {"scratch": 1, "pit": 1, "stain": 1, "crack": 1}),
    "fabric": (2_000_009, {"scratch": 1, "pit": 1, "stain": 1, "crack": 1}),
}


def write_samples(target: Path) -> None:
    """JPEG as cameras write it; too large a file is an error, for these travel with the package."""
    target.mkdir(parents=True, exist_ok=True)
    for material, (seed, plan) in PICTURES.items():
        assert seed in SAMPLE_SEEDS
        image, _ = draw(seed, material=material, plan=plan)
        path = target / f"{material}.jpg"
        Image.fromarray(image).save(path, quality=QUALITY, optimize=True)
        size = path.stat().st_size
        if size > LIMIT_BYTES:
            raise RuntimeError(f"{path.name} holds {size} bytes, more than {LIMIT_BYTES}")
        print(f"{path.name}: {size} bytes")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    write_samples(parser.parse_args().out)
