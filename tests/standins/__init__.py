"""Servers that are wrong from top to bottom: the reference server with one idea of nonsense."""
