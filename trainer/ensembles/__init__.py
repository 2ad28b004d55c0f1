"""Several models that answer as one: averaging, voting, stacking, and an expert for each body part."""
