"""The template tags of the look, one subject a module; registry.templatetags.ui gathers them as a builtin library."""
