"""What this app does when it is told of something below it."""
