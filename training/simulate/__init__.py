"""A simulated province with known truth: latent quality and risk drive everything a bank could observe, and what it could not."""

from __future__ import annotations

from training.simulate.errors import SimulationError
from training.simulate.parameters import DEFAULT, Parameters
from training.simulate.province import Province, simulate
from training.simulate.sample import write_sample
from training.simulate.writing import write_province

__all__ = ["DEFAULT", "Parameters", "Province", "SimulationError", "simulate", "write_province", "write_sample"]
