"""Damaged and hostile files, made at random from fixed seeds."""
