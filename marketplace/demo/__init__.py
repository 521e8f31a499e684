"""The demo world: a believable agency with twelve weeks of history."""
