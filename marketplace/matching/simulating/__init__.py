"""The same weeks simulated under several strategies of giving out seats, side by side."""

from marketplace.matching.simulating.measures import SimulationResult, gini
from marketplace.matching.simulating.period import Period
from marketplace.matching.simulating.strategies import PerfectForesight, PlannedStrategy, Strategy, Waves, simulate

__all__ = ["PerfectForesight", "Period", "PlannedStrategy", "SimulationResult", "Strategy", "Waves", "gini", "simulate"]
