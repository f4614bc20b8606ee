"""What the services need from the outside world, a folder per technology."""
