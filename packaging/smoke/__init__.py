"""What the smoke test is made of: a screen, a loudspeaker, a clean system, and eyes on the disk."""
