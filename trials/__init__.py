"""Trials anyone can repeat: sudden deaths, hostile input and a long day. Not part of the wheel.

`make crash`, `make fuzz` and `make soak` run them in full; the tests run a short form of each.
"""
