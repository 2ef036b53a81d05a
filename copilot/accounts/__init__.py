"""Who may see what: users, workspaces, memberships."""
