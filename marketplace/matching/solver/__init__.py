"""The best plan for all open shifts together, with a proof of how good it is. Arrays in, plan out; numpy and numba only.

Nothing here is imported by the pages: the worker and the command line import `plan`, which brings numba with it.
"""
