"""The net that finds burned-in text: its synthetic training pictures, its layers, its training and its file."""
