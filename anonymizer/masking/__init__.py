"""One instance from start to finish: the thorough way through pydicom and the quick way that yields the same bytes."""
