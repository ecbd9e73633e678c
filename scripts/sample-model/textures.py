"""Clean surfaces: brushed, turned and cast metal, wood, woven fabric. No defects here."""

from __future__ import annotations

import numpy as np

from noise import Array, Rng, fbm, rotated, smoothstep, streaks, value_noise

MATERIALS = ("metal", "wood", "fabric")


def tinted(grey: Array, colour: tuple[float, float, float] | Array) -> Array:
    """A grey field seen through one colour, as h x w x 3."""
    return grey[..., None] * np.asarray(colour, np.float32)


def brushed(rng: Rng, h: int, w: int, s: float) -> Array:
    """Long parallel marks of three lengths, as a rolled or brushed sheet has."""
    side = int(np.hypot(h, w)) + 8
    field = 0.55 * streaks(rng, side, side, int(260 * s)) + 0.45 * streaks(rng, side, side, int(70 * s))
    field += 0.3 * streaks(rng, side, side, int(14 * s) + 1)
    angle = rng.choice([0.0, 90.0, rng.uniform(0, 180)])
    return 1.0 + rng.uniform(0.04, 0.09) * rotated(field, angle + rng.uniform(-3, 3), h, w)


def turned(rng: Rng, h: int, w: int, s: float) -> Array:
    """Circular tool marks with the two bright fans that a lathe leaves."""
    cy, cx = rng.uniform(-0.4, 1.4) * h, rng.uniform(-0.4, 1.4) * w
    yy, xx = np.mgrid[0:h, 0:w].astype(np.float32)
    radius, theta = np.hypot(yy - cy, xx - cx), np.arctan2(yy - cy, xx - cx)
    profile = rng.standard_normal(int(3 * (h + w))).astype(np.float32)
    profile = np.convolve(profile, np.ones(3) / 3, mode="same")
    marks = np.interp(radius * rng.uniform(0.5, 0.9) / s, np.arange(profile.size), profile).astype(np.float32)
    fans = np.cos(2 * (theta - rng.uniform(0, np.pi)))
    return 1.0 + rng.uniform(0.06, 0.11) * marks + rng.uniform(0.05, 0.14) * fans


def cast(rng: Rng, h: int, w: int, s: float) -> Array:
    """A sand-blasted or cast skin: fine isotropic grain over slow mottling."""
    grain = 0.7 * value_noise(rng, h, w, 2.4 * s, 2.4 * s) + 0.6 * fbm(rng, h, w, 7 * s, 2)
    return 1.0 + rng.uniform(0.04, 0.08) * grain + 0.03 * fbm(rng, h, w, 60 * s, 3)


def metal(rng: Rng, h: int, w: int, s: float) -> Array:
    """Steel, aluminium or brass, with a soft reflection band across the sheet."""
    grey = (brushed, turned, cast)[rng.choice(3, p=[0.5, 0.2, 0.3])](rng, h, w, s)
    yy, xx = np.mgrid[0:h, 0:w].astype(np.float32)
    a = rng.uniform(0, np.pi)
    across = (np.cos(a) * (xx / w - 0.5) + np.sin(a) * (yy / h - 0.5)) * 2 - rng.uniform(-0.8, 0.8)
    grey = grey + rng.uniform(0.05, 0.3) * np.exp(-((across / rng.uniform(0.3, 0.9)) ** 2))
    tone = np.array([(0.50, 0.52, 0.55), (0.58, 0.59, 0.60), (0.56, 0.50, 0.38), (0.40, 0.42, 0.46)])
    colour = tone[rng.choice(4, p=[0.4, 0.3, 0.12, 0.18])] * rng.uniform(0.88, 1.08)
    return tinted(grey, colour + rng.uniform(-0.015, 0.015, 3))


WOODS = (  # (early wood, late wood)
    ((0.80, 0.63, 0.43), (0.60, 0.41, 0.24)),  # pine, oak
    ((0.66, 0.45, 0.29), (0.43, 0.26, 0.15)),  # cherry
    ((0.50, 0.36, 0.25), (0.31, 0.20, 0.13)),  # walnut
    ((0.83, 0.72, 0.55), (0.69, 0.55, 0.39)),  # birch
)


def wood(rng: Rng, h: int, w: int, s: float) -> Array:
    """A sawn board: warped growth rings, fibres, open pores."""
    side = int(np.hypot(h, w)) + 8
    yy, xx = np.mgrid[0:side, 0:side].astype(np.float32)
    v, u = (yy - side * rng.uniform(-0.2, 1.2)) / s, (xx - side * rng.uniform(-0.3, 1.3)) / s
    # The saw cuts the rings at a slant: an ellipse much longer along the grain.
    dist = np.hypot(v, u * rng.uniform(0.02, 0.2))
    warp = fbm(rng, side, side, 90 * s, 3, stretch=6.0)
    ring = dist / rng.uniform(22, 48) + rng.uniform(0.3, 0.7) * warp
    t = np.mod(ring, 1.0)
    late = smoothstep(0.15, 0.9, t) * (1.0 - smoothstep(0.92, 1.0, t))
    fibre = 0.6 * streaks(rng, side, side, int(90 * s)) + 0.4 * streaks(rng, side, side, int(24 * s))
    pores = smoothstep(1.9, 2.8, streaks(rng, side, side, int(16 * s) + 2))
    early, dark = (np.array(c, np.float32) for c in WOODS[rng.integers(len(WOODS))])
    mix = np.clip(rng.uniform(0.45, 0.9) * late + 0.09 * fibre + 0.05, 0, 1)[..., None]
    board = early * (1 - mix) + dark * mix
    board = board * (1.0 + 0.035 * fibre - rng.uniform(0.1, 0.25) * pores)[..., None]
    angle = rng.choice([0.0, 90.0]) + rng.uniform(-6, 6)
    return rotated(board.astype(np.float32), angle, h, w) * rng.uniform(0.9, 1.08)


CLOTHS = (  # (warp thread, weft thread)
    ((0.24, 0.33, 0.50), (0.52, 0.57, 0.64)),  # denim
    ((0.70, 0.64, 0.53), (0.63, 0.57, 0.46)),  # linen
    ((0.55, 0.20, 0.20), (0.47, 0.16, 0.17)),  # red canvas
    ((0.38, 0.45, 0.36), (0.33, 0.39, 0.30)),  # olive drill
    ((0.45, 0.46, 0.50), (0.56, 0.57, 0.60)),  # grey tweed
)


def fabric(rng: Rng, h: int, w: int, s: float) -> Array:
    """A plain or twill weave of slightly uneven threads, lying in soft folds."""
    side = int(np.hypot(h, w)) + 8
    pitch = rng.uniform(8.5, 14.0) * s
    yy, xx = np.mgrid[0:side, 0:side].astype(np.float32)
    x = xx / pitch + 0.10 * fbm(rng, side, side, 50 * s, 3)
    y = yy / pitch + 0.10 * fbm(rng, side, side, 50 * s, 3)
    i, j = np.floor(x).astype(int), np.floor(y).astype(int)
    fx, fy = x - i, y - j
    period = int(rng.choice([2, 4], p=[0.55, 0.45]))
    over = np.mod(i + j, period) < period / 2
    # A thread is a cylinder: bright on top, dark where it dives under its neighbour.
    round_x, round_y = np.sqrt(np.clip(1 - (2 * fx - 1) ** 2, 0, 1)), np.sqrt(np.clip(1 - (2 * fy - 1) ** 2, 0, 1))
    depth = rng.uniform(0.25, 0.5)
    along = np.where(over, round_x, round_y) * (0.75 + 0.25 * np.where(over, round_y, round_x))
    shade = 1.0 - depth + depth * along
    size = max(i.max(), j.max()) - min(i.min(), j.min()) + 2
    uneven_i, uneven_j = 1 + 0.07 * rng.standard_normal((2, size))
    uneven = np.where(over, uneven_i[i - i.min()], uneven_j[j - j.min()])
    warp, weft = (np.array(c, np.float32) for c in CLOTHS[rng.integers(len(CLOTHS))])
    cloth = np.where(over[..., None], warp, weft)
    fuzz = 1 + 0.05 * value_noise(rng, side, side, 2 * s, 2 * s) + 0.05 * fbm(rng, side, side, 150 * s, 2)
    cloth = cloth * (shade * uneven * fuzz)[..., None] * 1.12
    return rotated(cloth.astype(np.float32), rng.choice([0, 45, 90]) + rng.uniform(-8, 8), h, w)


def surface(rng: Rng, h: int, w: int, material: str) -> Array:
    """A clean surface of one material, linear values around 0.2 to 0.9, h x w x 3."""
    scale = float(np.sqrt(h * w / (640 * 480)))
    maker = {"metal": metal, "wood": wood, "fabric": fabric}[material]
    return maker(rng, h, w, scale).astype(np.float32)
