#!/usr/bin/env bash
# Runs every program of this folder with real PyTorch and writes what it prints beside it.
# Needs Python 3 with torch (any 2.x, CPU) and scikit-learn: python3 -m pip install torch scikit-learn
set -euo pipefail
cd "$(dirname "$0")"
for program in *.py; do
    "${PYTHON:-python3}" "$program" > "${program%.py}.txt"
    echo "${program%.py}.txt"
done
"${PYTHON:-python3}" -c 'import torch; print("torch", torch.__version__)' > version.txt
