"""The screens of the console, one file each, drawn inside the frame of shell.py."""
