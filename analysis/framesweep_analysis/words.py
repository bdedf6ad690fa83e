"""Numbers as words."""

from __future__ import annotations


def signed(value: float, form: str = "+.2f") -> str:
    """A number with its sign, the minus as long as the plus: +0.63, −0.63; 0.00 has none."""
    text = format(value, form)
    return text.lstrip("+-") if float(text) == 0 else text.replace("-", "−")


def plural(count: int, noun: str) -> str:
    """1 network, 2 networks, 30,000 networks."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
