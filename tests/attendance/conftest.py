"""Somebody signed in, while the test itself goes on as the system: as in the tests of timesheets."""

from tests.timesheets.conftest import maya, rosa, visitors

__all__ = ["maya", "rosa", "visitors"]
