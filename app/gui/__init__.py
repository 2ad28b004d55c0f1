"""The window: pages, widgets and the session that they share. Nothing else of the program knows Qt."""
