"""The least a Flask service can do: take a JSON body and answer a constant. What `decisions.py` holds jifen against."""

from __future__ import annotations

from flask import Flask, Response, request

app = Flask(__name__)


@app.post("/decide")
def decide() -> Response:
    request.get_json()
    return Response(b'{"outcome": "approve"}', mimetype="application/json")


@app.get("/ready")
def ready() -> str:
    return "ready"
