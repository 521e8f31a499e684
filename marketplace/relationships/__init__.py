"""Who knows whom: favorites, blocks, work history."""
