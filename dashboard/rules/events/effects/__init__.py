"""What each action changes, by who acts."""
