"""The vault in the window: who is who, the list of pseudonyms, how it is locked."""
