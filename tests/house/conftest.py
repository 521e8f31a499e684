"""The house tests walk through the lively world of tests/life.py, and through the demo world."""

from tests.demo_life import demo, demo_engine, demo_template
from tests.life import lively, lively_engine, lively_template

__all__ = ["demo", "demo_engine", "demo_template", "lively", "lively_engine", "lively_template"]
