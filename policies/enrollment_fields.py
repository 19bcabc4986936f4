"""Leaves of what was gathered only what an enrollment may write about a person.

authentik writes every key that a person has a field for, `pk` too, by which an invitation or a source could write to
somebody who is there already.
"""

FIELDS = ["username", "name", "email", "password"]


def may_write(key):
    return key in FIELDS or key == "attributes" or key.startswith("attributes.")


def evaluate(request):
    data = request.context.get("prompt_data")
    if not isinstance(data, dict):
        return False
    for key in [key for key in data if not may_write(key)]:
        del data[key]
    return True
