"""What leaves for other systems: deliveries owed, exports asked for."""
