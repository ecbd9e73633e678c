#!/usr/bin/env sh
# Makes every folder of test/bench/models again: environment, export. The environment goes under build/.
#   BENCH_MODEL_PYTHON   a Python that has requirements.txt already
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
venv=$root/build/bench-model-venv
export PYTHONPYCACHEPREFIX="$root/build/pycache"

if [ -z "${BENCH_MODEL_PYTHON:-}" ]; then
  BENCH_MODEL_PYTHON=$venv/bin/python
  if [ ! -x "$BENCH_MODEL_PYTHON" ]; then
    python3 -m venv "$venv"
    "$BENCH_MODEL_PYTHON" -m pip install --quiet --requirement "$here/requirements.txt"
  fi
fi

export_model() {
  "$BENCH_MODEL_PYTHON" "$here/export.py" --encoder "$1" --classes "$2" --out "$root/test/bench/models"
}

for classes in 2 21 150; do export_model mobilenet_v2 "$classes"; done
for encoder in resnet18 resnet50 efficientnet-b0; do export_model "$encoder" 21; done
