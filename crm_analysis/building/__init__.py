"""The parts of a build: files, loads, parsed rows, derived tables, history."""
