"""The audit trail: each act with its person and its moment."""
