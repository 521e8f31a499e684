"""Around every request: who is in front, how large it may be, headers, assets, compression, logs and health."""
