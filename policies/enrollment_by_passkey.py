"""Passes for people who chose to enroll with a passkey."""

PASSKEY = ""


def evaluate(request):
    entered = request.context.get("prompt_data") or {}
    return entered.get("enroll_with") == PASSKEY
