"""The mathematics of an offer: limit, price, repayment, risk sharing. Pure; the policy gives every parameter."""
