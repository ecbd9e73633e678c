"""The four kinds of defect: each paints itself on the picture and writes its label."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from noise import Array, Rng, fbm, rotated, smoothstep, streaks

CLASSES = ("background", "scratch", "pit", "stain", "crack")
THIN = 3.1  # least half-width of a stroke: its label stays 3 pixels wide at the network's size
SUBPIXEL = 4  # fractional bits of OpenCV's drawing calls


@dataclass
class Canvas:
    """A picture in the making. `scale` is 1 at 640 x 480: all sizes below are in such pixels."""

    image: Array
    label: Array
    light: Array  # unit vector towards the lamp, in the picture's plane
    scale: float

    @property
    def shape(self) -> tuple[int, int]:
        return self.label.shape[0], self.label.shape[1]

    def mark(self, alpha: Array, name: str) -> None:
        """Labels what is at least half covered, so that picture and label agree to the pixel."""
        self.label[alpha >= 0.5] = CLASSES.index(name)

    def relief(self, alpha: Array, depth: float, sigma: float) -> Array:
        """Light and shade on the walls of a hollow: the slope of its depth towards the lamp."""
        sigma *= self.scale
        soft = cv2.GaussianBlur(alpha.astype(np.float32), (0, 0), sigma)
        gx, gy = cv2.Sobel(soft, cv2.CV_32F, 1, 0) / 8, cv2.Sobel(soft, cv2.CV_32F, 0, 1) / 8
        return (-2 * depth * sigma * (gx * self.light[0] + gy * self.light[1]))[..., None]

    def spot(self, rng: Rng, margin: float = 0.08) -> Array:
        """A random place that is not at the very edge."""
        h, w = self.shape
        return np.array([rng.uniform(margin, 1 - margin) * w, rng.uniform(margin, 1 - margin) * h])


def fixed(points: Array) -> Array:
    """Coordinates as OpenCV's fixed-point integers, so that outlines keep sub-pixel places."""
    return np.round(points * 2**SUBPIXEL).astype(np.int32)


def ribbon(shape: tuple[int, int], path: Array, half: Array) -> Array:
    """Coverage of a stroke along `path` with its own half-width at every point.

    One quad a segment and a disc a joint: a single outline would cross itself at sharp corners.
    """
    mask = np.zeros(shape, np.uint8)
    step = np.gradient(path, axis=0)
    normal = np.stack([-step[:, 1], step[:, 0]], 1) / (np.linalg.norm(step, axis=1, keepdims=True) + 1e-6)
    left, right = fixed(path + normal * half[:, None]), fixed(path - normal * half[:, None])
    for k in range(len(path) - 1):
        quad = np.stack([left[k], left[k + 1], right[k + 1], right[k]])
        cv2.fillConvexPoly(mask, quad, 255, cv2.LINE_AA, SUBPIXEL)
    for centre, radius in zip(fixed(path), fixed(half)):
        cv2.circle(mask, tuple(int(c) for c in centre), int(radius), 255, -1, cv2.LINE_AA, SUBPIXEL)
    return cv2.GaussianBlur(mask, (3, 3), 0.6).astype(np.float32) / 255


def rotated_strands(rng: Rng, h: int, w: int, angle: float, scale: float) -> Array:
    """Fine lines at an angle (degrees, clockwise as the picture's y points down)."""
    side = int(np.hypot(h, w)) + 8
    return rotated(streaks(rng, side, side, int(60 * scale)), -angle, h, w)


def scratch(canvas: Canvas, rng: Rng) -> None:
    """A long smooth groove: bare bright material between a lit and a shaded lip."""
    h, w = canvas.shape
    angle, length = rng.uniform(0, np.pi), rng.uniform(0.25, 0.65) * w
    along = np.array([np.cos(angle), np.sin(angle)])
    bend = np.array([-along[1], along[0]]) * rng.normal(0, 0.08) * length
    middle = canvas.spot(rng, 0.2)
    a, b, c = middle - along * length / 2, middle + bend, middle + along * length / 2
    t = np.linspace(0, 1, 48)[:, None]
    path = (1 - t) ** 2 * a + 2 * t * (1 - t) * b + t**2 * c
    taper = np.clip(np.minimum(t, 1 - t)[:, 0] * rng.uniform(5, 12), 0, 1)
    base = rng.uniform(3.3, 4.7) * canvas.scale
    wobble = np.interp(t[:, 0], np.linspace(0, 1, 9), 1 + 0.12 * rng.standard_normal(9))
    half = np.maximum(base * wobble * (0.6 + 0.4 * taper), THIN * canvas.scale)
    alpha = ribbon(canvas.shape, path, half)
    # The point that made it skipped and left strands: both vary along the groove and across it.
    strands = rotated_strands(rng, h, w, np.degrees(angle), canvas.scale)
    worn = np.clip(0.8 + 0.18 * fbm(rng, h, w, 18 * canvas.scale, 2) + 0.16 * strands, 0.3, 1.1)
    strength = (alpha * worn * rng.uniform(0.5, 0.85))[..., None]
    bare = np.clip(canvas.image * 0.55 + rng.uniform(0.36, 0.48), 0, 1)
    canvas.image = canvas.image * (1 - strength) + bare * strength
    canvas.image += canvas.relief(alpha, rng.uniform(0.25, 0.5), 1.1)
    canvas.mark(alpha, "scratch")


def pit(canvas: Canvas, rng: Rng) -> None:
    """One to five small round hollows close together: dark floor, one lit wall."""
    h, w = canvas.shape
    home = canvas.spot(rng)
    yy, xx = np.mgrid[0:h, 0:w].astype(np.float32)
    rough = fbm(rng, h, w, 14 * canvas.scale, 3)
    deep, gloom = rng.uniform(0.6, 1.0), rng.uniform(0.55, 0.78)
    for _ in range(rng.integers(1, 6)):
        x, y = home + rng.normal(0, 48, 2) * canvas.scale
        r = rng.uniform(9, 22) * canvas.scale
        a, squash = rng.uniform(0, np.pi), rng.uniform(0.75, 1.0)
        u, v = (xx - x) * np.cos(a) + (yy - y) * np.sin(a), -(xx - x) * np.sin(a) + (yy - y) * np.cos(a)
        field = 1 - np.hypot(u, v / squash) / r + 0.09 * rough
        alpha = smoothstep(-0.5, 0.5, field * r)
        hollow = smoothstep(0.0, 0.75, field)
        canvas.image *= 1 - (gloom * (0.35 * alpha + 0.65 * hollow))[..., None]
        canvas.image += canvas.relief(smoothstep(-0.1, 0.6, field), deep, 2.0)
        canvas.mark(alpha, "pit")


STAINS = (  # (tint, how opaque): oil, rust, coffee, soot, ink, verdigris
    ((0.30, 0.24, 0.16), 0.60),
    ((0.55, 0.27, 0.10), 0.70),
    ((0.36, 0.22, 0.12), 0.60),
    ((0.13, 0.13, 0.14), 0.60),
    ((0.13, 0.18, 0.42), 0.65),
    ((0.16, 0.40, 0.33), 0.65),
)


def stain(canvas: Canvas, rng: Rng) -> None:
    """A spilled liquid: see-through, frayed, with the dark rim that drying leaves."""
    h, w = canvas.shape
    x, y = canvas.spot(rng)
    yy, xx = np.mgrid[0:h, 0:w].astype(np.float32)
    r, a, squash = rng.uniform(38, 92) * canvas.scale, rng.uniform(0, np.pi), rng.uniform(0.55, 1.0)
    u, v = (xx - x) * np.cos(a) + (yy - y) * np.sin(a), -(xx - x) * np.sin(a) + (yy - y) * np.cos(a)
    field = 1 - np.hypot(u, v / squash) / r + rng.uniform(0.1, 0.24) * fbm(rng, h, w, 70 * canvas.scale, 4)
    alpha = smoothstep(-0.03, 0.03, field)
    rim = np.exp(-((np.clip(field, 0, None) / 0.07) ** 2)) * rng.uniform(0.05, 0.3)
    blotch = np.clip(0.9 + 0.12 * fbm(rng, h, w, 45 * canvas.scale, 3), 0.6, 1.15)
    tint, opacity = STAINS[rng.integers(len(STAINS))]
    cover = np.clip(alpha * (opacity * rng.uniform(0.9, 1.2) * blotch + rim), 0, 0.95)[..., None]
    # Soaked material keeps its texture: the tint is multiplied in, then a little laid on top.
    soaked = 0.55 * canvas.image * (np.array(tint, np.float32) * 1.7) + 0.45 * np.array(tint, np.float32)
    canvas.image = canvas.image * (1 - cover) + soaked * cover
    canvas.mark(alpha, "stain")


def jagged(rng: Rng, a: Array, b: Array, rough: float, depth: int) -> Array:
    """Midpoint displacement between two points: the usual model of a fracture line."""
    points = np.stack([a, b])
    for _ in range(depth):
        middle = (points[:-1] + points[1:]) / 2
        step = points[1:] - points[:-1]
        middle += np.stack([-step[:, 1], step[:, 0]], 1) * rng.normal(0, rough, (len(step), 1))
        points = np.insert(points, np.arange(1, len(points)), middle, axis=0)
    return points


def crack(canvas: Canvas, rng: Rng) -> None:
    """A jagged dark fracture, wide at its root, with up to two branches."""
    h, w = canvas.shape
    angle, length = rng.uniform(0, 2 * np.pi), rng.uniform(0.28, 0.6) * w
    root = canvas.spot(rng, 0.15)
    tip = root + length * np.array([np.cos(angle), np.sin(angle)])
    if not (0 < tip[0] < w and 0 < tip[1] < h):
        tip = 2 * root - tip  # grow inwards, else most of the crack is out of the picture
    wide = rng.uniform(4.2, 6.4) * canvas.scale
    paths = [(jagged(rng, root, tip, 0.2, 5), wide)]
    for _ in range(rng.integers(0, 3)):
        start = paths[0][0][rng.integers(6, 24)]
        turn = angle + rng.choice([-1, 1]) * rng.uniform(0.5, 1.1)
        sign = np.sign((tip - root) @ np.array([np.cos(angle), np.sin(angle)]))
        end = start + sign * length * rng.uniform(0.2, 0.4) * np.array([np.cos(turn), np.sin(turn)])
        paths.append((jagged(rng, start, end, 0.2, 4), wide * 0.8))
    alpha = np.zeros(canvas.shape, np.float32)
    for path, half in paths:
        narrowing = np.linspace(1.0, 0.5, len(path)) * rng.uniform(0.78, 1.22, len(path))
        alpha = np.maximum(alpha, ribbon(canvas.shape, path, np.maximum(half * narrowing, THIN * canvas.scale)))
    # The walls fall away towards the middle: grey at the lips, nearly black along the core.
    core = smoothstep(0.5, 0.95, cv2.GaussianBlur(alpha, (0, 0), 2.0 * canvas.scale))
    gloom = rng.uniform(0.8, 0.92) * alpha * (0.62 + 0.38 * core + 0.08 * fbm(rng, h, w, 12 * canvas.scale, 2))
    canvas.image *= 1 - np.clip(gloom, 0, 0.95)[..., None]
    canvas.image += canvas.relief(alpha, rng.uniform(0.3, 0.6), 1.3)
    canvas.mark(alpha, "crack")


PAINTERS = {"stain": stain, "scratch": scratch, "crack": crack, "pit": pit}  # bottom layer first
