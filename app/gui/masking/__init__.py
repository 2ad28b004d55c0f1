"""Parts of the Mask page and of the choice of rules."""
