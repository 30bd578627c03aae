"""The sender's own workbook with its bad cells marked (标注后的原表)."""
