"""Many instances at once: surveyed, masked in worker processes, resumed after a crash, verified."""
