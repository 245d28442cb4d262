import subprocess
import sys

# in a process of its own: others may have loaded more BLAS libraries than were known at first
SCRIPT = """
import threading
import numpy as np
from threadpoolctl import threadpool_info
from recommender.inference.blas import one_blas_thread

def n_threads():
    return [each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"]

np.ones((2, 2)) @ np.ones((2, 2))
before = n_threads()
entered, leave = threading.Event(), threading.Event()

def stay():
    with one_blas_thread():
        entered.set()
        leave.wait(10)

other = threading.Thread(target=stay)
other.start()
entered.wait(10)
with one_blas_thread():
    assert set(n_threads()) == {1}
assert set(n_threads()) == {1}, "the other is still inside"
leave.set()
other.join()
assert n_threads() == before
"""


def test_blas_has_its_threads_back_when_the_last_has_left() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
