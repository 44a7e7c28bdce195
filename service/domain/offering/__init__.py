"""From levers to an offer: security, limit, shared loss, price, schedule, words."""
