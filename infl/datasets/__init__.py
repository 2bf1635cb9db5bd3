"""Data sets in the formats in which people published them."""
