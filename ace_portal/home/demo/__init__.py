"""The demo: a plausible service desk, made here, and what an ACE does with it."""
