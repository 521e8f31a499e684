"""A marketplace where healthcare facilities find virtual coordinators and pay for the work they approve."""
