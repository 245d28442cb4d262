"""The page's icon, as an address that holds it."""

ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 30 24'%3E"
    "%3Crect x='1' y='1' width='17' height='17' rx='5' fill='%2315181b'/%3E"
    "%3Crect x='11' y='6' width='17' height='17' rx='5' fill='%230a6e68'/%3E%3C/svg%3E"
)
