"""How the canonical face and the layouts are made: `python -m infl.geometry.authoring` writes them again, bit for bit."""
