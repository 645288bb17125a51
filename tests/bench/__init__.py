"""Figures, not tests: how fast the one Answer is on 1,000 to 1,000,000 synthetic practices."""
