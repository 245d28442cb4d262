"""Tells one client from another by address."""

import ipaddress

IPV6_HOUSEHOLD_BITS = 64


def household(address: str) -> str:
    """The address, or for IPv6 its network: one household has a whole network of them."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:  # noqa: PLR2004  the Internet Protocol's
        return address
    return str(ipaddress.ip_network((parsed, IPV6_HOUSEHOLD_BITS), strict=False))
