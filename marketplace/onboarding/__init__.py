"""Getting started: the steps left before the first shift, and activation."""
