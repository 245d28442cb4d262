"""Prices and currencies as shops write them.

Numbers and signs of currencies are read by price-parser (Scrapinghub, with tests on 900 real
prices); beside it stand only what a single text cannot say.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

# Signs to ISO 4217, where price-parser keeps the sign that it found
CURRENCIES = {
    "€": "EUR", "£": "GBP", "$": "USD", "US$": "USD", "¥": "JPY", "￥": "JPY", "₹": "INR",
    "RS": "INR", "RS.": "INR", "R$": "BRL", "CA$": "CAD", "C$": "CAD", "CAD$": "CAD",
    "A$": "AUD", "AU$": "AUD", "AUD$": "AUD", "NZ$": "NZD", "HK$": "HKD", "NT$": "TWD",
    "S$": "SGD", "SG$": "SGD", "MX$": "MXN", "ZŁ": "PLN", "KČ": "CZK", "FT": "HUF", "₽": "RUB",
    "РУБ": "RUB", "₴": "UAH", "₺": "TRY", "TL": "TRY", "₩": "KRW", "₪": "ILS", "฿": "THB",
    "₫": "VND", "₱": "PHP", "LEI": "RON", "FR": "CHF", "FR.": "CHF", "SFR": "CHF", "元": "CNY",
    "円": "JPY", "EURO": "EUR", "EUROS": "EUR",
}  # fmt: skip
THREE_DECIMALS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
QUANTITY = re.compile(r"^\s*\d+\s*(?:for|x|×|für|pour|per|por|à)\s+(?=\D{0,4}\d)", re.IGNORECASE)
NEGATIVE = re.compile(r"^\D{0,5}[-−–]\s*(?:[^\d\s]{1,3}\s*)?\d|^\s*\(\s*\D{0,4}[\d.,]+\s*\)")
AMBIGUOUS = re.compile(r"(?<![\d.,])\d{1,3}([.,])\d{3}(?![\d.,])")
DECIMALS = re.compile(r"\d([.,])\d{1,2}(?!\d)")
N_SAMPLE = 500


@dataclass(frozen=True, kw_only=True)
class Price:
    """Price of a product, as a text says it.

    Attributes
    ----------
    amount : None where it names no price
    currency : ISO 4217, or the sign as it stands, or empty
    """

    amount: float | None = None
    currency: str = ""


NO_PRICE = Price()


def read_price(text: str, decimal_sign: str = "") -> Price:
    """Amount and currency of a text such as "1.299,00 €"; the first of several counts.

    Parameters
    ----------
    decimal_sign : of the column, for texts such as "1.299" that do not tell; see `decimal_sign`
    """
    if not any(character.isdigit() for character in text):
        return NO_PRICE
    from price_parser import Price as Parsed

    text = QUANTITY.sub("", text)
    if NEGATIVE.search(text):
        return NO_PRICE
    currency = _currency(Parsed.fromstring(text).currency or "", text)
    sign = ""
    if AMBIGUOUS.search(text):
        sign = "." if currency in THREE_DECIMALS else decimal_sign
    parsed = Parsed.fromstring(text, decimal_separator=sign or None)
    amount = parsed.amount
    if amount is None or not Decimal(0) <= amount < Decimal("1e12"):
        return NO_PRICE
    return Price(amount=float(amount), currency=currency)


def decimal_sign(texts: Iterable[str]) -> str:
    """The decimal sign that a column's prices share; empty where they do not tell, or differ."""
    signs: set[str] = set()
    for number, text in enumerate(texts):
        if number >= N_SAMPLE:
            break
        found = DECIMALS.findall(text)
        if found:
            signs.add(found[-1])
    return signs.pop() if len(signs) == 1 else ""


def _currency(sign: str, text: str) -> str:
    code = re.search(r"(?<![A-Za-z])[A-Z]{3}(?![A-Za-z])", text)
    known = CURRENCIES.get(sign.upper().strip(), sign.strip())
    if code and (not known or known == code.group() or len(known) != len("EUR")):
        return code.group() if code.group() not in ("TTC", "MSR", "RRP", "VAT") else known
    return known
