"""The house tests walk through the lively world of tests/life.py."""

from tests.life import lively, lively_engine, lively_template

__all__ = ["lively", "lively_engine", "lively_template"]
