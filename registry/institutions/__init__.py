"""Acts on single institutions (机构维护): edit, close, reopen, enter a new one, request one. Masses go by registry.imports."""
