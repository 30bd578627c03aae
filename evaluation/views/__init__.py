"""Views of evaluation, one subject a file."""
