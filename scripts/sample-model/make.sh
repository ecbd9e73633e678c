#!/usr/bin/env sh
# Makes models/sample and assets/samples again from nothing: environment, pictures, training,
# export, evaluation. Everything it keeps for itself goes under build/, which git ignores.
#
#   SAMPLE_MODEL_WORK   another folder for the environment, the data and the checkpoints
#   OMP_NUM_THREADS     threads of training and evaluation (default 2)
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=${SAMPLE_MODEL_WORK:-$root/build/sample-model}
export OMP_NUM_THREADS="${OMP_NUM_THREADS:-2}"
# The source folder stays clean: compiled Python goes beside the rest of the build.
export PYTHONPYCACHEPREFIX="$work/pycache"

mkdir -p "$work"
if [ ! -x "$work/venv/bin/python" ]; then
  python3 -m venv "$work/venv"
  "$work/venv/bin/python" -m pip install --quiet --requirement "$here/requirements.txt"
fi
python="$work/venv/bin/python"

"$python" "$here/train.py" --work "$work" "$@"
"$python" "$here/export.py" --weights "$work/weights.pt" --out "$root/models/sample"
"$python" "$here/evaluate.py" --package "$root/models/sample"
"$python" "$here/samples.py" --out "$root/assets/samples"
