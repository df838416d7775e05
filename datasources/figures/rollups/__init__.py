"""Numbers counted ahead: days that are over, marks of what changed, frozen periods."""
