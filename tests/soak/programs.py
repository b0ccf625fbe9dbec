"""Runs copied programs in one Python, because importing PyTorch takes seconds: python3 programs.py FOLDER

Of each FOLDER/x.py what it prints is written to FOLDER/x.txt; of one that fails, its last line of words behind "! ".
Needs torch, scikit-learn, scikit-image and pillow.
"""

import contextlib
import io
import pathlib
import sys
import traceback

import torch


def run(path):
    torch.set_default_dtype(torch.float32)
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        try:
            exec(compile(path.read_text(), str(path), "exec"), {"__name__": "__main__"})
        except Exception:
            print("!", traceback.format_exc().strip().replace("\n", " | "))
    path.with_suffix(".txt").write_text(out.getvalue())


for path in sorted(pathlib.Path(sys.argv[1]).glob("*.py")):
    run(path)
print("torch", torch.__version__)
