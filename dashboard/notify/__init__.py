"""What is owed to outside systems and how it is sent."""
