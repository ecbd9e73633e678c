"""Trains the sample model from random weights on the procedural pictures.

The number of steps is the recipe, not the clock: the same seed and steps give the same model on
the same machine, however busy it is. A run that was stopped goes on from its last checkpoint.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

import numpy as np
import segmentation_models_pytorch as smp
import torch
from torch.nn import functional as F
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn, update_bn

from dataset import training_set
from defects import CLASSES
from noise import Array

SEED = 20
STEPS = 1000
HORIZON = 2600  # length of the one-cycle whose beginning the rate follows
COOL_DOWN = 200  # last steps, in which the rate goes down to nothing
BATCH = 8
SETTLE = 400  # pictures
CROP = 256  # training crops; the network is convolutional and runs at the full input size later
PEAK_RATE = 4e-3
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
# Thin kinds cover few pixels: without a weight the network learns to leave them out.
WEIGHTS = (1.0, 2.0, 1.5, 1.0, 1.5)


def build_model() -> torch.nn.Module:
    """DeepLabV3+ on the first four stages of mobilenet_v2.

    The fifth stage (1280 channels) holds most of the weights and sees no finer than the fourth
    at output stride 16; surface defects do not need it, and the package stays small.
    """
    return smp.DeepLabV3Plus(
        "mobilenet_v2", encoder_weights=None, encoder_depth=4, decoder_channels=128, classes=len(CLASSES)
    )


def normalised(images: torch.Tensor) -> torch.Tensor:
    """8-bit NHWC to what the package's inference_config.json promises the network: NCHW floats."""
    mean, std = torch.tensor(MEAN).view(1, 3, 1, 1), torch.tensor(STD).view(1, 3, 1, 1)
    return (images.permute(0, 3, 1, 2).float() / 255 - mean) / std


def batch_of(step: int, images: Array, labels: Array) -> tuple[torch.Tensor, torch.Tensor]:
    """The augmented batch of one step: a function of the step alone, so that resuming is exact."""
    rng = np.random.default_rng((SEED, step))
    xs, ys = [], []
    for index in rng.integers(0, len(images), BATCH):
        top, left = rng.integers(0, images.shape[1] - CROP + 1, 2)
        x = images[index, top : top + CROP, left : left + CROP]
        y = labels[index, top : top + CROP, left : left + CROP]
        turns, flip = int(rng.integers(4)), bool(rng.integers(2))
        x, y = np.rot90(x, turns), np.rot90(y, turns)
        if flip:
            x, y = x[:, ::-1], y[:, ::-1]
        gain = rng.uniform(0.8, 1.2) * rng.uniform(0.93, 1.07, 3)
        x = np.clip((x - 128.0) * rng.uniform(0.85, 1.15) + 128.0, 0, 255) * gain
        xs.append(np.clip(x, 0, 255).astype(np.uint8))
        ys.append(np.ascontiguousarray(y))
    return normalised(torch.from_numpy(np.stack(xs))), torch.from_numpy(np.stack(ys)).long()


def loss_of(logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Cross entropy for calibrated pixels plus soft Dice, which is close to what IoU measures."""
    cross = F.cross_entropy(logits, target, weight=torch.tensor(WEIGHTS))
    chance = logits.softmax(1)
    truth = F.one_hot(target, len(CLASSES)).permute(0, 3, 1, 2).float()
    both, total = (chance * truth).sum((0, 2, 3)), (chance + truth).sum((0, 2, 3))
    present = truth.sum((0, 2, 3)) > 0
    return cross + (1 - (2 * both + 1) / (total + 1))[present].mean()


def cool_down(step: int, steps: int) -> float:
    """What the rate is multiplied with: 1, then a straight line to 0 over the last steps.

    A run is good at its end whatever its length, and runs of different lengths share their
    beginning: a longer one costs only the steps it adds.
    """
    return min(1.0, (steps - step) / min(COOL_DOWN, steps))


def settled(model: torch.nn.Module, images: Array) -> torch.nn.Module:
    """Measures BatchNorm's statistics anew, on whole pictures as the package will see them.

    Averaged weights give out smaller values than any of the weights that were averaged, so the
    statistics collected during training do not belong to them.
    """
    whole = (normalised(torch.from_numpy(images[start : start + BATCH])) for start in range(0, SETTLE, BATCH))
    update_bn(whole, model)
    return model.eval()


def train(work: Path, steps: int, every: int) -> Path:
    """Runs the recipe and returns the file with the averaged weights."""
    torch.manual_seed(SEED)
    images, labels = training_set(work / "data")
    model = build_model().to(memory_format=torch.channels_last).train()
    # The running average of the weights is the model that ships: it evens out the last batches.
    smooth = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(0.99))
    optimiser = torch.optim.AdamW(model.parameters(), lr=PEAK_RATE, weight_decay=1e-2)
    horizon = max(HORIZON, steps)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, PEAK_RATE, total_steps=horizon, pct_start=0.12)
    parts = {"model": model, "smooth": smooth, "optimiser": optimiser, "schedule": schedule}
    checkpoint, weights = work / f"checkpoint-{steps}.pt", work / "weights.pt"
    first = 0
    if checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=True)
        first = saved.pop("step")
        for name, part in parts.items():
            part.load_state_dict(saved[name])
    began = time.monotonic()
    for step in range(first, steps):
        x, y = batch_of(step, images, labels)
        loss = loss_of(model(x.contiguous(memory_format=torch.channels_last)), y)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimiser.step()
        schedule.step()
        for group in optimiser.param_groups:
            group["lr"] *= cool_down(step + 1, steps)
        smooth.update_parameters(model)
        if (step + 1) % 20 == 0:
            pace = (time.monotonic() - began) / (step + 1 - first)
            print(f"step {step + 1}/{steps}  loss {loss.item():.3f}  {pace:.2f} s/step", flush=True)
        if (step + 1) % every == 0 or step + 1 == steps:
            state = {name: part.state_dict() for name, part in parts.items()}
            torch.save({"step": step + 1, **state}, checkpoint.with_suffix(".part"))
            os.replace(checkpoint.with_suffix(".part"), checkpoint)  # never a half-written one
    torch.save(settled(smooth.module, images).state_dict(), weights)
    return weights


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder for data, checkpoints and weights")
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--every", type=int, default=200, help="steps between checkpoints")
    options = parser.parse_args()
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "2")))
    print(train(options.work, options.steps, options.every))
