"""The rules' answers for many thousands of coordinators at once, in less than a millisecond.

Rows of bits over all coordinators answer most rules at once; what rows cannot tell exactly is worked out in numbers, and what
is left by the rules themselves. So the answers are the rules', on every pair.
"""

from marketplace.matching.index.core import Index, Ranked
from marketplace.matching.index.prices import Opening, Prices

__all__ = ["Index", "Opening", "Prices", "Ranked"]
