"""The frame around the pages: entry, masthead, list of pages, theme and the server's routes."""
