"""Runs scripts one after the other in one Python, because loading PyTorch takes longer than most of them.

A line of JSON on standard input is a script with its words; a line of JSON comes back for each.
"""
import contextlib
import io
import json
import runpy
import sys
import traceback

for line in sys.stdin:
    sys.argv = json.loads(line)
    said, error = io.StringIO(), ""
    try:
        with contextlib.redirect_stdout(said):
            runpy.run_path(sys.argv[0], run_name="__main__")
    except BaseException:
        error = traceback.format_exc()
    print(json.dumps({"said": said.getvalue(), "error": error}), flush=True)
