"""Adds who enrolls to the groups that their invitation names, as they are signed in.

Only the invitation is asked: nobody but who makes one writes there, while what people enter and what sources say ends up
elsewhere. Whatever is wrong with a group leaves it out, and nobody is kept from signing in.
"""

from datetime import timedelta

from authentik.core.models import Group
from django.utils.timezone import now

ALLOWED_GROUPS = []


def is_new(user):
    return user.last_login is None and user.date_joined > now() - timedelta(days=1)


def wanted(invitation):
    data = getattr(invitation, "fixed_data", None)
    if not isinstance(data, dict):
        return []
    names = data.get("groups")
    names = names if isinstance(names, list) else [names]
    return [name for name in [*names, data.get("group")] if isinstance(name, str) and name in ALLOWED_GROUPS]


def grants_power(group):
    """Whether the group, or one above it, makes superusers or holds roles."""
    seen, above = set(), [group]
    while above:
        one = above.pop()
        if one.pk in seen:
            continue
        seen.add(one.pk)
        if one.is_superuser or one.roles.exists():
            return True
        above.extend(one.parents.all())
    return False


def evaluate(request):
    user = request.context.get("pending_user")
    if user is None or user.pk is None:
        return False
    if is_new(user):
        groups = Group.objects.filter(name__in=wanted(request.context.get("invitation")))
        user.groups.add(*[group for group in groups if not grants_power(group)])
    return True
