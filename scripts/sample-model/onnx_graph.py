"""From a PyTorch network to one plain ONNX file. Shared by the sample model and the bench model."""

from __future__ import annotations

from pathlib import Path

import onnx
import torch

OPSET = 17


def export_graph(model: torch.nn.Module, size: int, target: Path) -> None:
    """One plain fp32 file with a free batch; BatchNorm goes into the convolutions before it.

    The TorchScript exporter is asked for by name: it folds BatchNorm in eval mode, keeps the
    final x4 resize as one Resize node, and writes the opset it is given.
    """
    model = model.eval()
    example = torch.zeros(1, 3, size, size)
    torch.onnx.export(
        model,
        (example,),
        str(target),
        dynamo=False,
        opset_version=OPSET,
        do_constant_folding=True,
        input_names=["images"],
        output_names=["logits"],
        dynamic_axes={"images": {0: "batch"}, "logits": {0: "batch"}},
    )
    graph = onnx.load(target)
    left = [node.name for node in graph.graph.node if node.op_type == "BatchNormalization"]
    if left:
        raise RuntimeError(f"BatchNorm was not folded: {left[:3]}")
    # Which machine and which version of torch wrote the file is nobody's business at run time.
    graph.producer_name, graph.producer_version = "deeplab-rt", ""
    for node in graph.graph.node:
        node.ClearField("doc_string")
        del node.metadata_props[:]
    onnx.checker.check_model(graph, full_check=True)
    onnx.save(graph, target)
