"""Reading places (区划识别): `codes` knows what a code means, `cells` what a cell of a roster means."""
