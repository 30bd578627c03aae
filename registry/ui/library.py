"""The one tag library that every module of this package registers with."""

from django.template import Library

register = Library()
