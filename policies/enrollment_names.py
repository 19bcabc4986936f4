"""Passes when nobody else answers to the username or the e-mail address, in whatever case.

authentik keeps usernames apart by their case and lets addresses be shared, while a login that takes both, without regard
to case, would sometimes find the other person.
"""

from authentik.core.models import User

FIELDS = {"username": "This username is taken.", "email": "This e-mail address is taken."}


def is_taken(text):
    return any(User.objects.filter(**{f"{field}__iexact": text}).exists() for field in FIELDS)


def evaluate(request):
    data = request.context.get("prompt_data") or {}
    taken = [field for field in FIELDS if data.get(field) and is_taken(data[field])]
    for field in taken:
        ak_message(FIELDS[field])
    return not taken
