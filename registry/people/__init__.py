"""People and their assignments (人员与任职): who manages whom, invitations, leavers, idle accounts."""
