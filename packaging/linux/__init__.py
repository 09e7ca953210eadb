"""What is particular to Linux: the Debian package, the archive, the menu entry."""
