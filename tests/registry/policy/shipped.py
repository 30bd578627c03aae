"""The packs that the program brings, read once for every module that asks about them."""

from registry.policy.load import read_packs

PACKS = read_packs()
