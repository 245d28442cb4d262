"""A server's matrix products stay in the thread that asks for them."""

import json
import os
import subprocess
import sys

SCRIPT = """
import json, os
import numpy
from recommender.serving.threads import VARIABLE, use_one_blas_thread
use_one_blas_thread()
import scipy.linalg
from threadpoolctl import threadpool_info
threads = [each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"]
print(json.dumps([threads, os.environ[VARIABLE]]))
"""


def test_blas_has_one_thread_before_and_after_another_library_comes() -> None:
    environment = {**os.environ}
    environment.pop("OPENBLAS_NUM_THREADS", None)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=True
    )
    threads, passed_on = json.loads(done.stdout)
    assert threads
    assert set(threads) == {1}
    assert passed_on == "1"
