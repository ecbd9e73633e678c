"""A Python contender in a process of its own: one JSON question a line in, one JSON answer a line out.

`reference` is Roboflow's own implementation (PyPI inference-models), `openvino` the bare network on
OpenVINO. The questions are those of test/bench/process/child.mjs, so are the answers, but that a map is
left in a file. Nothing else may go to standard output.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

Answer = dict[str, object]
Run = Callable[[], tuple[dict[str, float], np.ndarray | None]]


def milliseconds(start: float, end: float) -> float:
    return (end - start) * 1000


def read_picture(settings: Answer, name: str) -> np.ndarray:
    """The raw RGB file that pictures.mjs wrote."""
    width, height = (settings["sizes"][name][side] for side in ("width", "height"))
    data = np.fromfile(Path(settings["pictures"]) / f"{width}x{height}.rgb", dtype=np.uint8)
    return data.reshape(height, width, 3)


class Reference:
    """What the reference does for one picture, stage by stage, with its public methods."""

    def __init__(self, settings: Answer) -> None:
        import onnxruntime
        import torch

        torch.set_num_threads(settings["threads"])
        # The class opens its session with defaults; the benchmark gives everybody the same threads.
        create = onnxruntime.InferenceSession

        def with_threads(*args: object, **kwargs: object) -> object:
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = settings["threads"]
            return create(*args, sess_options=options, **kwargs)

        onnxruntime.InferenceSession = with_threads
        from inference_models.models.deep_lab_v3_plus.deep_lab_v3_plus_segmentation_onnx import (
            DeepLabV3PlusForSemanticSegmentationOnnx,
        )

        self.settings = settings
        self.model = DeepLabV3PlusForSemanticSegmentationOnnx.from_pretrained(
            settings["folder"], onnx_execution_providers=["CPUExecutionProvider"]
        )
        onnxruntime.InferenceSession = create
        self.facts = {"onnxruntime": onnxruntime.__version__, "torch": torch.__version__}

    def prepare(self, question: Answer) -> Run:
        picture = read_picture(self.settings, question["picture"])
        confidence = float(question.get("confidence", 0.5))

        def run() -> tuple[dict[str, float], np.ndarray]:
            start = time.perf_counter()
            images, metadata = self.model.pre_process(picture, input_color_format="rgb")
            ready = time.perf_counter()
            logits = self.model.forward(images)
            done = time.perf_counter()
            (result,) = self.model.post_process(logits, metadata, confidence=confidence)
            end = time.perf_counter()
            stages = {
                "preprocess": milliseconds(start, ready),
                "network": milliseconds(ready, done),
                "postprocess": milliseconds(done, end),
            }
            return stages, result.segmentation_map.numpy()

        return run


class OpenVino:
    """The bare network on OpenVINO's CPU plugin, in float32 or bfloat16."""

    def __init__(self, settings: Answer) -> None:
        import openvino

        core = openvino.Core()
        options = {
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_PRECISION_HINT": settings["precision"],
            "INFERENCE_NUM_THREADS": settings["threads"],
        }
        network = core.read_model(Path(settings["folder"]) / "weights.onnx")
        network.reshape([1, 3, settings["inputSize"], settings["inputSize"]])
        self.request = core.compile_model(network, "CPU", options).create_infer_request()
        precision = str(self.request.get_compiled_model().get_property("INFERENCE_PRECISION_HINT"))
        self.facts = {"openvino": openvino.get_version(), "precision": precision}
        self.size = settings["inputSize"]

    def prepare(self, question: Answer) -> Run:
        tensor = np.random.default_rng(1).standard_normal((1, 3, self.size, self.size), dtype=np.float32)

        def run() -> tuple[dict[str, float], None]:
            start = time.perf_counter()
            self.request.infer({0: tensor})
            return {"network": milliseconds(start, time.perf_counter())}, None

        return run


CONTENDERS = {"reference": Reference, "openvino": OpenVino}


def timed(run: Run) -> tuple[Answer, np.ndarray | None]:
    start = time.perf_counter()
    stages, result = run()
    return {"total": milliseconds(start, time.perf_counter()), "stages": stages}, result


def measure(run: Run, repeats: int = 3, limit: float = 500) -> tuple[list[Answer], np.ndarray | None]:
    """As `requests` in measure.mjs: one to warm the caches, then up to `repeats` within about `limit` ms."""
    first, result = timed(run)
    if first["total"] > limit:
        return [first], result
    samples: list[Answer] = []
    while len(samples) < repeats and sum(sample["total"] for sample in samples) < limit:
        samples.append(timed(run)[0])
    return samples, result


def memory() -> Answer:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"rss": pages * os.sysconf("SC_PAGE_SIZE"), "peakRss": peak}


def store_map(result: np.ndarray) -> str:
    handle, name = tempfile.mkstemp(suffix=".map")
    with os.fdopen(handle, "wb") as file:
        file.write(result.astype(np.uint8).tobytes())
    return name


def main() -> None:
    # Libraries print; the answers' channel is kept apart from theirs.
    channel = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def send(answer: Answer) -> None:
        channel.write(json.dumps(answer) + "\n")
        channel.flush()

    start = json.loads(sys.stdin.readline())
    try:
        contender = CONTENDERS[start["contender"]](start["settings"])
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the reason why this one is left out
        send({"error": f"{type(error).__name__}: {error}"})
        return
    send({"ready": {**contender.facts, **memory()}})
    prepared: dict[str, Run] = {}
    for line in sys.stdin:
        question = json.loads(line)
        if question.get("end"):
            return
        key = f"{question['picture']} {question.get('confidence')}"
        if key not in prepared:
            prepared[key] = contender.prepare(question)
        samples, result = measure(prepared[key], question.get("repeats", 3), question.get("limit", 500))
        answer = {"samples": samples, **memory()}
        if question.get("wantMap") and result is not None:
            answer["mapFile"] = store_map(result)
        send(answer)


if __name__ == "__main__":
    main()
