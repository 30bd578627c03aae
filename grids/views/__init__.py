"""Views of the grids, one subject a file."""
