"""Models that tables show, built for a hundred thousand rows."""
