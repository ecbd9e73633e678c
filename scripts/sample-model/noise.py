"""Seeded noise fields that textures and defects share. No colours and no labels here."""

from __future__ import annotations

import cv2
import numpy as np

Array = np.ndarray
Rng = np.random.Generator


def value_noise(rng: Rng, h: int, w: int, cell_y: float, cell_x: float) -> Array:
    """One octave of value noise, roughly unit variance.

    A coarse grid enlarged with a cubic kernel: much cheaper than Perlin noise, and after the
    sum over octaves nobody sees the difference. Unequal cells give the noise a grain.
    """
    gy, gx = int(np.ceil(h / cell_y)) + 3, int(np.ceil(w / cell_x)) + 3
    grid = rng.standard_normal((gy, gx)).astype(np.float32)
    full = cv2.resize(grid, (int(gx * cell_x) + 1, int(gy * cell_y) + 1), interpolation=cv2.INTER_CUBIC)
    y0, x0 = int(cell_y), int(cell_x)
    return full[y0 : y0 + h, x0 : x0 + w] * 1.35


def fbm(rng: Rng, h: int, w: int, cell: float, octaves: int = 4, stretch: float = 1.0) -> Array:
    """Fractal noise: every octave has half the cell and 0.55 of the height. `stretch` widens x."""
    total, norm = np.zeros((h, w), np.float32), 0.0
    for octave in range(octaves):
        size = max(cell / 2**octave, 1.0)
        gain = 0.55**octave
        total += gain * value_noise(rng, h, w, size, size * stretch)
        norm += gain * gain
    return total / np.sqrt(norm)


def streaks(rng: Rng, h: int, w: int, length: int) -> Array:
    """Unit-variance noise smeared along x: brush marks on metal, fibres in wood."""
    noise = rng.standard_normal((h, w + length)).astype(np.float32)
    smeared = cv2.blur(noise, (max(length, 1), 1))[:, length // 2 : length // 2 + w]
    return smeared / (smeared.std() + 1e-6)


def rotated(field: Array, angle: float, h: int, w: int) -> Array:
    """Turns a field about its middle and cuts h x w out; give it at least the diagonal squared."""
    fh, fw = field.shape[:2]
    m = cv2.getRotationMatrix2D((fw / 2, fh / 2), angle, 1.0)
    m[:, 2] += (w / 2 - fw / 2, h / 2 - fh / 2)
    return cv2.warpAffine(field, m, (w, h), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)


def smoothstep(lo: float, hi: float, x: Array) -> Array:
    """The usual soft threshold from 0 at `lo` to 1 at `hi`."""
    t = np.clip((x - lo) / (hi - lo), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)
