"""What people see, without a browser."""
