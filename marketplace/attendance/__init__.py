"""The clock: punches of a shift, what they come to in hours, what was forgotten, and the report of what was done."""
