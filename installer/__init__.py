"""Setting up, building and packaging Leadglass."""
