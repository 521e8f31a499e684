"""What would have been, had seats been given out in another way: the same weeks lived again, side by side."""

from marketplace.matching.simulating.measures import SimulationResult, gini
from marketplace.matching.simulating.stretch import Period
from marketplace.matching.simulating.ways import PerfectForesight, PlannedStrategy, Strategy, Waves, simulate

__all__ = ["PerfectForesight", "Period", "PlannedStrategy", "SimulationResult", "Strategy", "Waves", "gini", "simulate"]
