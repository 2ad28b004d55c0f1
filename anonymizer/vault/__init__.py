"""The vault: the way back from pseudonyms to patients, encrypted."""
