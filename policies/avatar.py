"""The only writer of a person's `attributes.avatar`, where their picture is kept.

authentik itself looks at no more of an upload than that it is a data URI in base64. It has to be a picture of one of the
types, and what is stored is written anew from its bytes. Both answers are taken out of the form once they are read, which
keeps the picture out of the flow's session and of the event log.
"""

from base64 import b64decode, b64encode

TYPES = ["image/png", "image/jpeg", "image/gif", "image/webp"]
MAX_BYTES = 512 * 1024
# Name of the policy beside this one. authentik asks all policies of a form, also when one of them has refused it.
AUTHORIZATION = ""


def type_of(data):
    """The type that the first bytes tell."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return None


def refuse_type():
    *names, last = [one.removeprefix("image/").upper() for one in TYPES]
    ak_message(f"A picture has to be a file of type {', '.join(names)}{' or ' if names else ''}{last}.")


def refuse_size():
    ak_message(f"A picture may have at most {MAX_BYTES // 1024} KiB. Choose a smaller one.")


def accepted(upload):
    """The picture as it is stored, or None after saying what is wrong with it."""
    header, _, payload = upload.partition(",") if isinstance(upload, str) else ("", "", "")
    if header.lower() not in [f"data:{one};base64" for one in TYPES]:
        return refuse_type()
    if len(payload) > (MAX_BYTES + 2) // 3 * 4:
        return refuse_size()
    try:
        data = b64decode(payload, validate=True)
    except ValueError:
        return refuse_type()
    if header.lower() != f"data:{type_of(data)};base64":
        return refuse_type()
    if len(data) > MAX_BYTES:
        return refuse_size()
    return f"{header.lower()},{b64encode(data).decode()}"


def evaluate(request):
    person, answers = request.user, request.context.get("prompt_data") or {}
    if person.pk is None:
        return False
    # The wish to have no picture wins: a file may still be chosen from before.
    remove = answers.pop("avatar_reset", False) is True
    upload = answers.pop("avatar_upload", None)
    picture = None if remove or upload in (None, "") else accepted(upload)
    if not remove and picture is None:
        return upload in (None, "")
    if AUTHORIZATION and not ak_call_policy(AUTHORIZATION).passing:
        return True
    person.attributes.pop("avatar", None)
    if picture is not None:
        person.attributes["avatar"] = picture
    person.save()
    return True
