"""`manage.py up`: database, web server, worker and beat under one process that keeps them alive."""
