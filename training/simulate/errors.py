"""What can be wrong with a request for a simulated province."""

from __future__ import annotations

from training.errors import TrainingError

__all__ = ["SimulationError"]


class SimulationError(TrainingError):
    """The size, date or a parameter of a simulation is out of range; the message gives value, rule and remedy."""

    code = "simulation-invalid"
