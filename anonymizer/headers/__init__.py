"""The header layers: what each attribute becomes, why, and what the instance says about it."""
