#!/usr/bin/env bash
# Runs every program of this folder with real PyTorch and writes what it prints beside it.
# Needs Python 3 with torch (any 2.x, CPU): python3 -m pip install torch scikit-learn scikit-image pillow
set -euo pipefail
cd "$(dirname "$0")"
"${PYTHON:-python3}" ../../soak/programs.py . > version.txt
cat version.txt
