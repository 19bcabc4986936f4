"""Leaves of what was gathered only what an enrollment may write about a person.

authentik writes every key that a person has a field for, `pk` too, by which an invitation or a source could write to
somebody who is there already.
"""

FIELDS = ["username", "name", "email", "password"]

# Attributes that are powers: LDAP apps and outposts believe them, authentik obeys them, or others own them.
RESERVED = [
    "additionalheaders", "ak-active", "ak-superuser", "authentik-iac", "avatar", "cn",
    "createtimestamp", "displayname", "dn", "gidnumber", "goauthentik.io", "homedirectory", "mail",
    "memberof", "modifytimestamp", "name", "objectclass", "pwdchangedtime", "samaccountname",
    "settings", "sn", "uid", "uidnumber",
]


def is_reserved(name):
    lower = name.lower()
    return any(lower == known or lower.startswith((known + ".", known + "/")) for known in RESERVED)


def may_write(key):
    if key.startswith("attributes."):
        return not is_reserved(key[len("attributes.") :])
    return key in FIELDS or key == "attributes"


def evaluate(request):
    data = request.context.get("prompt_data")
    if not isinstance(data, dict):
        return False
    for key in [key for key in data if not may_write(key)]:
        del data[key]
    attributes = data.get("attributes")
    if isinstance(attributes, dict):
        for name in [name for name in attributes if is_reserved(name)]:
            del attributes[name]
    elif "attributes" in data:
        del data["attributes"]
    return True
