"""What matching does when asked, told or due: load, decide, save, tell."""
