"""Bringing existing consortia in (导入现状) from one workbook: consortia, members, grids, specialty credentials."""
