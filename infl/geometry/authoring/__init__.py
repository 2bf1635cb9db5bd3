"""How the canonical face and the layouts are made; `python -m infl.geometry.authoring` makes them bit for bit."""
