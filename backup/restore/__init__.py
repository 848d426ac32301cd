"""Puts what is backed up back into Notion: what to restore, what cannot come back, and the proof."""
