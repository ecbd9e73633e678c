"""Reads what write.mjs wrote with the tools themselves and compares it pixel for pixel.

    python check.py FOLDER [--record FILE]

Prints a line for every format; the exit status is 1 where anything differs. --record keeps what the tools gave for the
small maps: the expectations of test/unit/export-*.test.ts.
"""

import base64
import contextlib
import importlib.metadata
import io
import json
import pathlib
import sys

import numpy as np
import shapely
from datumaro.components.annotation import AnnotationType
from datumaro.components.dataset import Dataset
from label_studio_sdk.converter.brush import decode_rle
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO

folder = pathlib.Path(sys.argv[1])
record = pathlib.Path(sys.argv[3]) if sys.argv[2:3] == ["--record"] else None
truth = json.loads((folder / "truth.json").read_text())
class_names = truth["classNames"]
failures = []


class Picture:
    def __init__(self, entry):
        self.name = entry["name"]
        ids = np.frombuffer(base64.b64decode(entry["ids"]), np.uint8).reshape(entry["height"], entry["width"])
        self.map = ids
        self.ids = np.zeros((entry["pictureHeight"], entry["pictureWidth"]), np.uint8)
        self.ids[: entry["height"], : entry["width"]] = ids

    def classes(self):
        return [int(i) for i in np.unique(self.ids) if i != 0]


pictures = [Picture(entry) for entry in truth["images"]]


def read(name):
    return json.loads((folder / name).read_text())


def check(good, what):
    if not good:
        failures.append(what)
    return bool(good)


def report(format_name, count, what):
    print(f"{format_name}: {count} {what}, {'all equal' if not failures else f'{len(failures)} failures so far'}")


def regions_of(mask):
    """4-connected regions, by a library that has no part in the exports."""
    import cv2

    count, labels = cv2.connectedComponents(mask.astype(np.uint8), connectivity=4)
    return [labels == i for i in range(1, count)]


def check_rle():
    """toRLE against pycocotools: its decoder, its encoder, its areas and boxes."""
    count = 0
    texts, numbers = read("rle-text.json"), read("rle-numbers.json")
    for picture, own_texts, own_numbers in zip(pictures, texts, numbers):
        check([e["classId"] for e in own_texts] == [int(i) for i in np.unique(picture.map) if i], picture.name)
        for text, number in zip(own_texts, own_numbers):
            mask = picture.map == text["classId"]
            expected = coco_mask.encode(np.asfortranarray(mask.astype(np.uint8)))
            check(expected["counts"].decode() == text["counts"], f"text {picture.name}")
            check(list(expected["size"]) == text["size"], f"size {picture.name}")
            check(text["area"] == int(coco_mask.area(expected)), f"area {picture.name}")
            check(text["bbox"] == coco_mask.toBbox(expected).tolist(), f"bbox {picture.name}")
            again = coco_mask.frPyObjects({"size": number["size"], "counts": number["counts"]}, *number["size"])
            check(np.array_equal(coco_mask.decode(again), mask), f"numbers {picture.name}")
            count += 1
    report("toRLE, pycocotools", count, "masks")


def shape_of(polygon):
    pairs = lambda ring: list(zip(ring[0::2], ring[1::2]))
    return shapely.Polygon(pairs(polygon["outer"]), [pairs(hole) for hole in polygon["holes"]])


def rings_of(polygon):
    return [polygon["outer"], *polygon["holes"]]


def check_polygons():
    """toPolygons against shapely (pixel centres, areas) and, simplified, against the tolerance."""
    count = 0
    for picture, exact, simple in zip(pictures, read("polygons.json"), read("simplified.json")):
        height, width = picture.map.shape
        x, y = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
        painted = np.zeros(picture.map.shape, np.uint8)
        for own, own_simple in zip(exact, simple):
            regions = regions_of(picture.map == own["classId"])
            check(len(regions) == len(own["polygons"]), f"regions {picture.name}")
            for polygon, fewer in zip(own["polygons"], own_simple["polygons"]):
                shape = shape_of(polygon)
                inside = shapely.contains_xy(shape, x, y)
                check(inside.sum() == polygon["area"] == round(shape.area), f"area {picture.name}")
                check(not painted[inside].any(), f"overlap {picture.name}")
                painted[inside] = own["classId"]
                for ring, points in zip(rings_of(polygon), rings_of(fewer), strict=True):
                    line = shapely.LinearRing(list(zip(points[0::2], points[1::2])))
                    corners = shapely.points(list(zip(ring[0::2], ring[1::2])))
                    check(shapely.distance(line, corners).max() <= 1.5 + 1e-9, f"tolerance {picture.name}")
                count += 1
        check(np.array_equal(painted, picture.map), f"polygons {picture.name}")
    report("toPolygons, shapely", count, "polygons")


def check_coco(name, per_component):
    """toCOCO read by pycocotools' own reader of the file."""
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO(str(folder / name))
    check([c["name"] for c in coco.loadCats(coco.getCatIds())] == class_names[1:], f"categories {name}")
    count = 0
    for picture, image_id in zip(pictures, sorted(coco.getImgIds()), strict=True):
        image = coco.loadImgs(image_id)[0]
        check((image["height"], image["width"]) == picture.ids.shape, f"{name} {picture.name}")
        check(image["file_name"] == f"{picture.name}.jpg", f"{name} {picture.name}")
        painted = np.zeros(picture.ids.shape, np.uint8)
        expected = sum(len(regions_of(picture.ids == i)) for i in picture.classes())
        annotations = coco.loadAnns(coco.getAnnIds(imgIds=image_id))
        check(len(annotations) == (expected if per_component else len(picture.classes())), f"{name} {picture.name}")
        for annotation in annotations:
            mask = coco.annToMask(annotation).astype(bool)
            code = coco_mask.encode(np.asfortranarray(mask.astype(np.uint8)))
            check(annotation["area"] == int(mask.sum()), f"area {name} {picture.name}")
            check(annotation["bbox"] == coco_mask.toBbox(code).tolist(), f"bbox {name} {picture.name}")
            check(not painted[mask].any(), f"overlap {name} {picture.name}")
            painted[mask] = annotation["category_id"]
            count += 1
        check(np.array_equal(painted, picture.ids), f"{name} {picture.name}")
    report(f"toCOCO {name}, pycocotools", count, "annotations")


def check_label_studio(name, per_component):
    """toLabelStudio against the converter's decoder."""
    count = 0
    for picture, prediction in zip(pictures, read(name)):
        painted = np.zeros(picture.ids.shape, np.uint8)
        expected = sum(len(regions_of(picture.ids == i)) for i in picture.classes())
        check(
            len(prediction["result"]) == (expected if per_component else len(picture.classes())),
            f"{name} {picture.name}",
        )
        for result in prediction["result"]:
            height, width = result["original_height"], result["original_width"]
            check((height, width) == picture.ids.shape, f"size {name} {picture.name}")
            check(result["value"]["format"] == "rle", f"format {name} {picture.name}")
            channels = decode_rle(result["value"]["rle"]).reshape(height, width, 4)
            check((channels == channels[:, :, :1]).all() and set(np.unique(channels)) <= {0, 255}, picture.name)
            mask = channels[:, :, 3] == 255
            check(not painted[mask].any(), f"overlap {name} {picture.name}")
            painted[mask] = class_names.index(result["value"]["brushlabels"][0])
            count += 1
        check(np.array_equal(painted, picture.ids), f"{name} {picture.name}")
    report(f"toLabelStudio {name}, label-studio-sdk", count, "brush masks")


def check_cvat(name, per_component):
    """toCVAT read by datumaro, whose reader of Pascal VOC is the one CVAT's import uses."""
    dataset = Dataset.import_from(str(folder / name), "voc_segmentation")
    labels = [label.name for label in dataset.categories()[AnnotationType.label]]
    check(labels == class_names, f"labels {name}: {labels}")
    by_name = {picture.name: picture for picture in pictures}
    count = 0
    for item in dataset:
        picture = by_name.pop(item.id)
        painted = np.zeros(picture.ids.shape, np.uint8)
        regions = sum(len(regions_of(picture.ids == i)) for i in picture.classes())
        check(item.subset == "default", f"subset {name}")
        objects = [mask for mask in item.annotations if mask.type == AnnotationType.mask]
        check(len(objects) == (regions if per_component else len(picture.classes())), f"{name} {picture.name}")
        for mask in objects:
            inside = mask.image.astype(bool)
            check(not painted[inside].any(), f"overlap {name} {picture.name}")
            painted[inside] = mask.label
            count += 1
        check(np.array_equal(painted, picture.ids), f"{name} {picture.name}")
    left_out = [p.name for p in by_name.values() if not per_component]
    check(not left_out, f"left out of {name}: {left_out}")
    report(f"toCVAT {name}, datumaro", count, "objects")


def recorded():
    """What the tools gave, for maps that are small enough to be kept."""
    brushes = read("label-studio-classes.json")
    cases = []
    for picture, brush in zip(pictures, brushes):
        if picture.map.shape != picture.ids.shape or picture.map.size > 800:
            continue
        masks = []
        for class_id, result in zip(picture.classes(), brush["result"], strict=True):
            code = coco_mask.encode(np.asfortranarray((picture.map == class_id).astype(np.uint8)))
            masks.append(
                {
                    "classId": class_id,
                    "counts": code["counts"].decode(),
                    "area": int(coco_mask.area(code)),
                    "bbox": [int(v) for v in coco_mask.toBbox(code)],
                    "brush": base64.b64encode(bytes(result["value"]["rle"])).decode(),
                }
            )
        rows = ["".join(str(i) for i in row) for row in picture.map]
        cases.append({"name": picture.name.split("/")[1], "rows": rows, "masks": masks})
    return cases


versions = {
    name: importlib.metadata.version(name)
    for name in ["pycocotools", "label-studio-sdk", "datumaro", "shapely", "numpy"]
}
print(", ".join(f"{name} {version}" for name, version in versions.items()))
check_rle()
check_polygons()
for kind in ["classes", "components"]:
    for segmentation in ["rle", "polygon"]:
        check_coco(f"coco-{segmentation}-{kind}.json", kind == "components")
    check_label_studio(f"label-studio-{kind}.json", kind == "components")
    check_cvat(f"cvat-{kind}", kind == "components")
check_coco("coco-rle-numbers.json", False)
for failure in failures[:20]:
    print("DIFFERS", failure)
if failures:
    sys.exit(1)
if record is not None:
    record.parent.mkdir(parents=True, exist_ok=True)
    record.write_text(json.dumps({"tools": versions, "cases": recorded()}, indent=1) + "\n")
    print("recorded what the tools gave for", len(recorded()), "maps")
