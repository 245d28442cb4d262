"""Guards the server: which names it answers to, who may manage it, and how much it takes on."""
