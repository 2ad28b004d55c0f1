"""Whose an instance is: identities collected, hunted in texts and bytes, and replaced by pseudonyms."""
