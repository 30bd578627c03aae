"""Changes of places (区划变更): `plan` works one out, `effects` says what it touches, `apply` does it."""
