"""Pictures of damaged surfaces with their labels, drawn from a seed: no photograph is needed.

Training, held-out and sample pictures come from disjoint seed ranges, so that no picture the
model is judged on was ever trained on.
"""

from __future__ import annotations

from multiprocessing import Pool
from pathlib import Path

import cv2
import numpy as np

from defects import PAINTERS, Canvas
from noise import Array, Rng
from textures import MATERIALS, surface

DRAWN = (480, 640)  # height, width of a drawn picture
INPUT = 320  # side of the network's square input; both sides are stretched to it

TRAIN_SEEDS = range(0, 1600)
HELD_OUT_SEEDS = range(1_000_000, 1_000_200)
SAMPLE_SEEDS = range(2_000_000, 3_000_000)


def camera(rng: Rng, image: Array, scale: float) -> Array:
    """Lamp fall-off, lens blur and sensor noise, then 8 bits: what a real inspection camera adds."""
    h, w = image.shape[:2]
    yy, xx = np.mgrid[0:h, 0:w].astype(np.float32)
    cy, cx = rng.uniform(0.2, 0.8) * h, rng.uniform(0.2, 0.8) * w
    fall = 1.05 - rng.uniform(0.05, 0.4) * (((xx - cx) / w) ** 2 + ((yy - cy) / h) ** 2)
    image = image * fall[..., None] * rng.uniform(0.85, 1.1)
    blur = rng.uniform(0.0, 0.9) * scale
    if blur > 0.3:
        image = cv2.GaussianBlur(image, (0, 0), blur)
    image = image + rng.normal(0, rng.uniform(0.003, 0.015), image.shape)
    return np.round(np.clip(image, 0, 1) * 255).astype(np.uint8)


def random_plan(rng: Rng) -> dict[str, int]:
    """How many defects of each kind: about two a picture, sometimes none."""
    if rng.random() < 0.04:
        return {}
    return {
        "stain": int(rng.choice([0, 1, 2], p=[0.5, 0.4, 0.1])),
        "scratch": int(rng.choice([0, 1, 2, 3], p=[0.35, 0.35, 0.2, 0.1])),
        "crack": int(rng.choice([0, 1, 2], p=[0.45, 0.42, 0.13])),
        "pit": int(rng.choice([0, 1, 2, 3], p=[0.35, 0.3, 0.2, 0.15])),
    }


def draw(
    seed: int, size: tuple[int, int] = DRAWN, material: str | None = None, plan: dict[str, int] | None = None
) -> tuple[Array, Array]:
    """One picture (RGB, 8 bits) and its label map, the same for the same arguments."""
    rng = np.random.default_rng(seed)
    h, w = size
    scale = float(np.sqrt(h * w / (DRAWN[0] * DRAWN[1])))
    image = surface(rng, h, w, material or MATERIALS[rng.integers(len(MATERIALS))])
    lamp = rng.uniform(0, 2 * np.pi)
    canvas = Canvas(image, np.zeros(size, np.uint8), np.array([np.cos(lamp), np.sin(lamp)], np.float32), scale)
    counts = random_plan(rng) if plan is None else plan
    for kind, paint in PAINTERS.items():
        for _ in range(counts.get(kind, 0)):
            paint(canvas, rng)
    return camera(rng, canvas.image, scale), canvas.label


def to_input(image: Array) -> Array:
    """The package's resize: stretch with OpenCV's bilinear kernel, as the runtime does it."""
    return cv2.resize(image, (INPUT, INPUT), interpolation=cv2.INTER_LINEAR)


def training_pair(seed: int) -> tuple[Array, Array]:
    """One training picture and its labels, both at the network's size."""
    image, label = draw(seed)
    return to_input(image), cv2.resize(label, (INPUT, INPUT), interpolation=cv2.INTER_NEAREST)


def training_set(cache: Path, workers: int = 2) -> tuple[Array, Array]:
    """All training pictures at the network's size, drawn once and kept as arrays beside the run."""
    images, labels = cache / "train-images.npy", cache / "train-labels.npy"
    if not labels.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with Pool(workers) as pool:
            pairs = pool.map(training_pair, TRAIN_SEEDS, chunksize=16)
        np.save(images, np.stack([image for image, _ in pairs]))
        np.save(labels, np.stack([label for _, label in pairs]))
    return np.load(images), np.load(labels)
