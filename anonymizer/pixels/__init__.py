"""Burned-in text: found, masked exactly, corrected by hand; and pictures as a viewer shows them."""
