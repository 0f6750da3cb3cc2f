"""Databases as sources: where they are, what is in them, and rows from them in bounded memory."""
