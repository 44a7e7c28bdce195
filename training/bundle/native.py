"""A LightGBM model read from its text and scored through LightGBM's C interface.

The Python package `lightgbm` imports scikit-learn and pandas when they are installed (1.7 s and some 100 MB a worker); the
request path needs neither. The C interface is LightGBM's own stable surface and the same code the package calls, so the
numbers are the same to the bit (a test compares them).
"""

from __future__ import annotations

import ctypes
import importlib.util
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from training.errors import BundleError

__all__ = ["Booster", "Floats", "load_library"]

Floats = npt.NDArray[np.float64]

FLOAT64: Final = 1
RAW_SCORE: Final = 1
CONTRIBUTIONS: Final = 3
EVERY_ROUND: Final = -1
ONE_THREAD: Final = b"num_threads=1 verbosity=-1"


def load_library() -> ctypes.CDLL:
    """Find and load LightGBM's library beside its package, without importing the package."""
    spec = importlib.util.find_spec("lightgbm")
    if spec is None or spec.origin is None:
        raise BundleError("lightgbm is not installed; install it to score a bundle")
    for path in sorted((Path(spec.origin).parent / "lib").glob("lib_lightgbm.*")):
        library = ctypes.CDLL(str(path))
        library.LGBM_GetLastError.restype = ctypes.c_char_p
        return library
    raise BundleError(f"the LightGBM library is missing beside {spec.origin}; install the lightgbm wheel")


@cache
def _library() -> ctypes.CDLL:
    return load_library()


def _check(status: int) -> None:
    if status != 0:
        raise BundleError(f"LightGBM refused the model or the row: {_library().LGBM_GetLastError().decode(errors='replace')}")


class Booster:
    """A trained booster; immutable, and safe to score from several threads at once."""

    def __init__(self, text: str) -> None:
        self._handle = ctypes.c_void_p()
        rounds, width = ctypes.c_int(), ctypes.c_int()
        self._library = _library()
        _check(self._library.LGBM_BoosterLoadModelFromString(text.encode(), ctypes.byref(rounds), ctypes.byref(self._handle)))
        _check(self._library.LGBM_BoosterGetNumFeature(self._handle, ctypes.byref(width)))
        self.rounds, self.width = rounds.value, width.value

    def __del__(self) -> None:
        """Give the model's memory back."""
        if getattr(self, "_handle", None):
            self._library.LGBM_BoosterFree(self._handle)

    def margins(self, rows: Floats) -> Floats:
        """Raw scores, shape (n,): uncalibrated log odds of default, higher is riskier."""
        return self._predict(rows, RAW_SCORE, 1).reshape(-1)

    def contributions(self, rows: Floats, tree: int | None = None) -> Floats:
        """Exact TreeSHAP of the margin, or of one tree's part of it, shape (n, k + 1); the last column is the expected margin."""
        return self._predict(rows, CONTRIBUTIONS, self.width + 1, tree)

    def _predict(self, rows: Floats, kind: int, outputs: int, tree: int | None = None) -> Floats:
        data = np.ascontiguousarray(rows, dtype=np.float64)
        out = np.empty((len(data), outputs), dtype=np.float64)
        written = ctypes.c_int64()
        _check(
            self._library.LGBM_BoosterPredictForMat(
                self._handle,
                data.ctypes.data_as(ctypes.c_void_p),
                ctypes.c_int(FLOAT64),
                ctypes.c_int32(data.shape[0]),
                ctypes.c_int32(data.shape[1]),
                ctypes.c_int(1),  # row major
                ctypes.c_int(kind),
                ctypes.c_int(tree or 0),
                ctypes.c_int(EVERY_ROUND if tree is None else 1),
                ctypes.c_char_p(ONE_THREAD),
                ctypes.byref(written),
                out.ctypes.data_as(ctypes.c_void_p),
            )
        )
        return out
