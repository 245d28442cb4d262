"""What measures and draws, and is no test; each tool is started by a target of the Makefile."""
