"""The commands, a module for each theme; `add` of each module registers its commands."""
