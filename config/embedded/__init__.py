"""PostgreSQL from a pip wheel, for trying out and developing: the database back-end when DATABASE_URL is not set.

`base` is what Django's ENGINE setting points to, `cluster` starts and stops the server, `place` decides where the
data lives and which account runs it. Nothing starts at import: the first connection that fails starts the server.
"""
