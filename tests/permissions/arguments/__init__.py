"""What each URL of the permission matrix is about: one module a subject, one function a kind of thing."""
