"""Every limit of an uploaded file. It imports nothing: the child process that opens files reads it too."""

MOST_BYTES = 10 * 1024 * 1024
"""The largest file that is taken."""

LONGEST_NAME = 100
"""Characters of a file's name that are kept, without its ending."""

# ---- pictures -----------------------------------------------------------------------------------------------------

MOST_PIXELS = 50_000_000
"""Pixels of a picture as it was taken; a phone's camera makes 12 to 50 million."""

MOST_PIXELS_IN_MEMORY = 16_000_000
"""Pixels that are unpacked into memory. A JPEG can be unpacked at half its size or less; other kinds come whole."""

LONGEST_SIDE = 3000
"""Pixels of the longer side of a picture as it is kept."""

# ---- PDF ----------------------------------------------------------------------------------------------------------

MOST_PAGES = 6
"""Pages of a PDF that are shown."""

MOST_STREAMS = 20_000
MOST_INFLATED = 64 * 1024 * 1024
"""Bytes that all streams of a PDF together may unpack to."""

MOST_LOOKED_THROUGH = 4 * MOST_BYTES
"""Bytes of all streams together. A true file has each byte in one stream; made-up ones, one inside the other, never end."""
ONE_STREAM = 4 * 1024 * 1024
"""Bytes that one stream of a PDF may unpack to."""

AFTER_THE_END = 64
"""Bytes that may follow the end of a PDF."""

# ---- the process that opens a file ----------------------------------------------------------------------------------

SECONDS = 15
MEMORY = 512 * 1024**2
"""Bytes of address space."""

AT_ONCE = 2
"""Files opened at the same time on this machine."""

MOST_WAITING = 4
"""Threads of one process that wait or work on a file; the other four answer the rest of the site."""

SECONDS_TO_WAIT = 10.0
"""How long an upload waits for its turn."""
