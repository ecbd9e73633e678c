"""Writes one folder of test/bench/models: the graph of a DeepLabV3+ without its weights.

A bench measures the work, not the answer, so the weights may be random. They are left out of the
repository: the graph points into a `weights.bin` that test/bench/models/fill-weights.mjs draws when
it is needed, after the sizes and standard deviations in `weights.json`. make-all.sh runs this for
every model that the bench knows.

    python scripts/bench-model/export.py --encoder mobilenet_v2 --classes 21 --out test/bench/models
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import segmentation_models_pytorch as smp
import torch
from onnx import numpy_helper
from onnx.external_data_helper import set_external_data

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "sample-model"))
from noise import fbm  # noqa: E402
from onnx_graph import export_graph  # noqa: E402

SEED = 7
SIZE = 512
SMALLEST_EXTERNAL = 1024  # bytes; shape constants and short biases stay in the graph
ALIGN = 4096  # whole pages, so that a runtime may map the file
LIMIT_BYTES = 150_000
HEAD = "segmentation_head.0"
LOGIT_STD = 8.0  # at 3 the mean confidence is 0.3, under the default threshold


def calibrated_model(encoder: str, classes: int) -> torch.nn.Module:
    """A network whose every layer gives out values of about unit size.

    With plain He weights and idle BatchNorm the residual stages grow from block to block. Letting
    BatchNorm measure noise once makes its folded scale the right one, whatever the depth.
    """
    torch.manual_seed(SEED)
    model = smp.DeepLabV3Plus(encoder, encoder_weights=None, classes=classes)
    for layer in model.modules():
        if isinstance(layer, torch.nn.BatchNorm2d):
            layer.momentum = None  # a plain mean over the passes below
    with torch.no_grad():
        for _ in range(2):
            model.train()(torch.randn(2, 3, SIZE, SIZE))
    return model.eval()


def strip_weights(graph: onnx.ModelProto) -> list[dict[str, object]]:
    """Turns every large initializer into a reference into weights.bin; returns what to draw."""
    entries: list[dict[str, object]] = []
    offset = 0
    for tensor in graph.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.nbytes < SMALLEST_EXTERNAL:
            continue
        if values.dtype != np.float32:
            raise RuntimeError(f"{tensor.name} is {values.dtype}: only float32 can be drawn")
        std = float(f"{values.std():.6g}")
        entries.append({"name": tensor.name, "offset": offset, "length": values.nbytes, "std": std})
        tensor.raw_data = b""
        set_external_data(tensor, "weights.bin", offset=offset, length=values.nbytes)
        tensor.ClearField("raw_data")
        offset += -(-values.nbytes // ALIGN) * ALIGN
    return entries


def unit_normals(count: int, start: int) -> np.ndarray:
    """What fill-weights.mjs draws: mulberry32 counts its state up, so any stretch can be had at once."""
    index = np.arange(start + 1, start + 2 * count + 1, dtype=np.uint32)
    state = np.uint32(SEED) + index * np.uint32(0x6D2B79F5)
    mixed = (state ^ (state >> 15)) * (state | 1)
    mixed ^= mixed + (mixed ^ (mixed >> 7)) * (mixed | 61)
    drawn = mixed ^ (mixed >> 14)
    halves = (drawn & 0xFFFF).astype(np.int64) + (drawn >> 16)
    return (halves[0::2] + halves[1::2] - 131070) * (np.sqrt(3) / 65536)


def filled(graph: onnx.ModelProto, entries: list[dict[str, object]]) -> bytes:
    """The graph with the weights that a bench will see, in one piece."""
    whole, start = onnx.ModelProto(), 0
    whole.CopyFrom(graph)
    tensors = {tensor.name: tensor for tensor in whole.graph.initializer}
    for entry in entries:
        tensor, count = tensors[entry["name"]], entry["length"] // 4
        values = (unit_normals(count, start) * entry["std"]).astype(np.float32)
        tensor.CopyFrom(numpy_helper.from_array(values.reshape(tensor.dims), tensor.name))
        start += 2 * count
    return whole.SerializeToString()


def centre_logits(graph: onnx.ModelProto, entries: list[dict[str, object]]) -> None:
    """Gives every class the same mean and the logits a spread like a trained network's.

    Random features have one class win everywhere, and post-processing would be measured on a map
    of one colour. The last layer's bias is short and stays in the graph: it is set right here.
    """
    rng = np.random.default_rng(SEED)
    noise = [fbm(rng, SIZE, SIZE, cell, 5) for cell in (240, 120, 60) for _ in range(6)]
    images = np.stack(noise).reshape(6, 3, SIZE, SIZE).astype(np.float32)
    session = ort.InferenceSession(filled(graph, entries), providers=["CPUExecutionProvider"])
    logits = np.concatenate([session.run(None, {"images": image[None]})[0] for image in images])
    scale = LOGIT_STD / logits.std((0, 2, 3)).mean()
    head = next(entry for entry in entries if entry["name"] == f"{HEAD}.weight")
    head["std"] = float(f"{head['std'] * scale:.6g}")
    bias = next(tensor for tensor in graph.graph.initializer if tensor.name == f"{HEAD}.bias")
    centred = (numpy_helper.to_array(bias) - logits.mean((0, 2, 3))) * scale
    bias.CopyFrom(numpy_helper.from_array(centred.astype(np.float32), bias.name))


def parameters(graph: onnx.ModelProto) -> int:
    """What the exported network computes with; the Python model may hold more (heads that nobody calls)."""
    floats = [tensor for tensor in graph.graph.initializer if tensor.data_type == onnx.TensorProto.FLOAT]
    return sum(int(np.prod(tensor.dims)) for tensor in floats)


def write_weights(path: Path, facts: dict[str, object], entries: list[dict[str, object]]) -> None:
    """JSON with one tensor a line, so that a change of one shows as one line."""
    lines = ",\n".join("    " + json.dumps(entry) for entry in entries)
    head = json.dumps(facts)[1:-1]
    path.write_text(f'{{\n  {head},\n  "tensors": [\n{lines}\n  ]\n}}\n', encoding="utf-8")


def main(encoder: str, classes: int, out: Path) -> None:
    """Exports, strips, writes, and refuses a graph that grew too large to commit."""
    target = out / f"{encoder}-{classes}"
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "weights.onnx"
        export_graph(calibrated_model(encoder, classes), SIZE, whole)
        graph = onnx.load(whole)
    entries = strip_weights(graph)
    centre_logits(graph, entries)
    # Not onnx.save: it would ask for the values that were just left out.
    data = gzip.compress(graph.SerializeToString(), 9, mtime=0)
    if len(data) > LIMIT_BYTES:
        raise RuntimeError(f"the graph alone holds {len(data)} bytes, more than {LIMIT_BYTES}")
    (target / "graph.onnx.gz").write_bytes(data)
    facts = {
        "encoder": encoder,
        "classes": classes,
        "inputSize": SIZE,
        "parameters": parameters(graph),
        "seed": SEED,
    }
    write_weights(target / "weights.json", facts, entries)
    print(f"{target.name}: {len(entries)} tensors outside, {len(data)} bytes of graph")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", required=True)
    parser.add_argument("--classes", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    main(options.encoder, options.classes, options.out)
