"""What a task of a public workforce costs, in decimal arithmetic: 0.29 dollars are 29 cents, which floats do not know."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from kfp_sagemaker.faces.inputs import BadValue


def task_price(text: str) -> dict[str, int]:
    """A price in dollars (``0.036``) as AmountInUsd of the API: dollars, cents, and tenths of a cent.

    Raises BadValue for what is no price, or has more than three decimals, which the API cannot say.
    """
    try:
        dollars = Decimal(text.strip())
    except InvalidOperation:
        raise BadValue("expected a price in dollars, such as 0.036") from None
    if not dollars.is_finite() or dollars < 0:
        raise BadValue("expected a price in dollars, such as 0.036")
    # The API's most is below 3 dollars; the bound keeps the arithmetic exact for any text.
    if dollars > 1000:
        raise BadValue("expected a price of one task in dollars, such as 0.036")
    tenths_of_a_cent = dollars * 1000
    if tenths_of_a_cent != tenths_of_a_cent.to_integral_value():
        raise BadValue("more than three decimals: a price is in tenths of a cent")
    cents, tenths = divmod(int(tenths_of_a_cent), 10)
    return {"Dollars": cents // 100, "Cents": cents % 100, "TenthFractionsOfACent": tenths}
