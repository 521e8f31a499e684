"""The plain words every other part uses: money, time, lives, refusals, the clock."""
