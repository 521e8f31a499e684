"""The lists of steps: of a facility, a coordinator and the agency."""
