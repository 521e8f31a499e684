"""Commands by what they are about, and the sessions they work in; `cli.py` puts them together."""
