"""Lets people change of their name, e-mail address and username what they may: what the system settings say, unless an
attribute of the person, of a group of theirs or of the brand says otherwise.

authentik's own form has such a policy, which cannot be looked up, and nothing else keeps an address from being changed.
"""

from authentik.core.models import USER_ATTRIBUTE_CHANGE_EMAIL, USER_ATTRIBUTE_CHANGE_NAME, USER_ATTRIBUTE_CHANGE_USERNAME

FIELDS = (
    ("email", USER_ATTRIBUTE_CHANGE_EMAIL, "Not allowed to change email address."),
    ("name", USER_ATTRIBUTE_CHANGE_NAME, "Not allowed to change name."),
    ("username", USER_ATTRIBUTE_CHANGE_USERNAME, "Not allowed to change username."),
)


def evaluate(request):
    if request.user.pk is None:
        return False
    answers = request.context.get("prompt_data") or {}
    attributes = request.user.group_attributes(request.http_request)
    settings = request.http_request.tenant
    refused = [
        message
        for field, attribute, message in FIELDS
        if answers.get(field) != getattr(request.user, field)
        and not attributes.get(attribute, getattr(settings, f"default_user_change_{field}"))
    ]
    for message in refused:
        ak_message(message)
    return not refused
