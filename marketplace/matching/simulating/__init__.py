"""What would have been, had seats been given out in another way: the same weeks lived again, side by side."""

from marketplace.matching.simulating.measures import Outcome, gini
from marketplace.matching.simulating.stretch import Stretch
from marketplace.matching.simulating.ways import Foreseen, Planned, Waves, Way, simulate

__all__ = ["Foreseen", "Outcome", "Planned", "Stretch", "Waves", "Way", "gini", "simulate"]
