"""The child process of `computing`, which a module that is run could not import under its name."""

import os
import sys

from recommender.serving.computing import serve
from recommender.serving.threads import use_one_blas_thread

LOWER_PRIORITY = 5

if __name__ == "__main__":
    use_one_blas_thread()
    if hasattr(os, "nice"):  # not on Windows
        os.nice(LOWER_PRIORITY)
    serve(sys.stdin.buffer, sys.stdout.buffer)
