"""What the auditor searches and reads (审计查询)."""
