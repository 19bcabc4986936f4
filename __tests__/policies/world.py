"""Who and what a run is about: people, groups, roles and the HTTP request, new for each run."""

from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from hashlib import sha256
from uuid import NAMESPACE_DNS, UUID, uuid4, uuid5

from django import Model, QuerySet, Related


@dataclass
class World:
    """What is no row of a model; many-to-many pairs are kept as keys, in the order they were added."""

    members: dict = field(default_factory=dict)
    parents: dict = field(default_factory=dict)
    roles: dict = field(default_factory=dict)
    devices: dict = field(default_factory=dict)
    policies: dict = field(default_factory=dict)
    events: list = field(default_factory=list)
    saved: set = field(default_factory=set)


world = World()


def now():
    return datetime.now(UTC)


def merged(into: dict, more: dict) -> dict:
    for key, value in more.items():
        old = into.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            merged(old, value)
        elif isinstance(old, list) and isinstance(value, list):
            into[key] = old + value
        else:
            into[key] = deepcopy(value)
    return into


@dataclass(eq=False, repr=False)
class Role(Model):
    name: str
    pk: UUID = field(default_factory=uuid4)

    def __str__(self):
        return self.name


@dataclass(eq=False, repr=False)
class Group(Model):
    related = ("users", "parents", "children", "roles")

    name: str = ""
    is_superuser: bool = False
    attributes: dict = field(default_factory=dict)
    pk: UUID = field(default_factory=uuid4)

    group_uuid = property(lambda self: self.pk)
    users = property(lambda self: Related(User, world.members, self.pk, side=1))
    parents = property(lambda self: Related(Group, world.parents, self.pk))
    children = property(lambda self: Related(Group, world.parents, self.pk, side=1))
    roles = property(lambda self: Related(Role, world.roles, self.pk))

    def __str__(self):
        return f"Group {self.name}"

    def is_member(self, user):
        return user.all_groups().filter(pk=self.pk).exists()

    def all_roles(self):
        lineage = QuerySet(Group, [self]).with_ancestors()
        return QuerySet(Role, {role for group in lineage for role in group.roles.all()})


@dataclass(eq=False, repr=False)
class User(Model):
    related = ("groups",)

    username: str = ""
    name: str = ""
    email: str = ""
    is_active: bool = True
    type: str = "internal"
    path: str = "users"
    attributes: dict = field(default_factory=dict)
    password: str = "!"
    date_joined: datetime = field(default_factory=now)
    last_login: datetime | None = None
    pk: int | None = None
    uuid: UUID = field(default_factory=uuid4)

    is_authenticated, is_anonymous = True, False

    id = property(lambda self: self.pk)
    uid = property(lambda self: sha256(f"{self.pk}-install-id".encode()).hexdigest())
    groups = property(lambda self: Related(Group, world.members, self.pk))
    ak_groups = groups

    def __str__(self):
        return self.username

    def save(self, update_fields=None):
        super().save(update_fields)
        world.saved.add(self.pk)

    def all_groups(self):
        return self.groups.all().with_ancestors()

    @cached_property
    def is_superuser(self):
        return self.all_groups().filter(is_superuser=True).exists()

    def group_attributes(self, request=None):
        final = merged({}, request.brand.attributes) if request else {}
        for group in self.all_groups().order_by("name"):
            merged(final, group.attributes)
        return merged(final, self.attributes)

    def has_usable_password(self):
        return not self.password.startswith("!")

    def set_password(self, password):
        self.password = f"hash of {password}"

    def set_unusable_password(self):
        self.password = "!"


class AnonymousUser:
    """Django's: it has neither attributes nor all_groups()."""

    id = pk = None
    username = ""
    is_staff = is_active = is_superuser = is_authenticated = False
    is_anonymous = True
    groups = property(lambda self: QuerySet(Group, []))

    def __str__(self):
        return "AnonymousUser"

    def save(self):
        raise NotImplementedError("Django doesn't provide a DB representation for AnonymousUser.")


class QueryDict(dict):
    def getlist(self, key):
        return [self[key]] if key in self else []


class Headers(dict):
    """Found whatever the case of the name."""

    def __init__(self, headers):
        super().__init__({name.lower(): value for name, value in headers.items()})

    def __getitem__(self, name):
        return super().__getitem__(name.lower())

    def __contains__(self, name):
        return super().__contains__(name.lower())

    def get(self, name, default=None):
        return super().get(name.lower(), default)


class Session(dict):
    session_key = "session"


@dataclass
class Tenant:
    """The system settings that a request brings along."""

    default_user_change_name: bool = True
    default_user_change_email: bool = False
    default_user_change_username: bool = False


@dataclass
class Brand:
    attributes: dict


class Request:
    def __init__(self, user, spec, client_ip):
        self.tenant, self.brand = Tenant(**spec.get("settings", {})), Brand(spec.get("brandAttributes", {}))
        self.user, self.method, self.path = user, spec.get("method", "GET"), spec.get("path", "/")
        self.GET, self.session = QueryDict(spec.get("query", {})), Session(spec.get("session", {}))
        self.headers = Headers({"Host": "auth.example.org"} | spec.get("headers", {}))
        self.META = {"HTTP_" + name.upper().replace("-", "_"): value for name, value in self.headers.items()}
        self.META["REMOTE_ADDR"] = client_ip

    def get_host(self):
        return self.headers["Host"]

    def build_absolute_uri(self, path=None):
        return f"https://{self.get_host()}{path or self.path}"


def furnish(spec):
    """The people and groups of a run; of two with one name the later counts."""
    world.__init__(policies=spec["policies"])
    for model in (Role, Group, User):
        model.table.clear()
    groups = {group["name"]: group for group in spec["groups"]}
    for name, group in groups.items():
        pk = UUID(group["pk"]) if "pk" in group else uuid5(NAMESPACE_DNS, name)
        Group(name, group.get("superuser", False), group.get("attributes", {}), pk).save()
    for name, group in groups.items():
        row = named(Group, name=name)
        row.parents.add(*(named(Group, name=parent) for parent in group.get("parents", [])))
        for role in group.get("roles", []):
            Role(role, uuid5(NAMESPACE_DNS, role)).save()
            row.roles.add(named(Role, name=role))
    for one in {one["username"]: one for one in spec["users"]}.values():
        add_user(**one)
    world.saved.clear()


def add_user(username, groups=(), devices=(), usablePassword=True, active=True, joined=None, lastLogin=None, **columns):
    user = User(username, is_active=active, **columns)
    user.date_joined = datetime.fromisoformat(joined) if joined else user.date_joined
    user.last_login = datetime.fromisoformat(lastLogin) if lastLogin else None
    if usablePassword:
        user.set_password("password")
    user.save()
    user.groups.add(*(named(Group, name=name) for name in groups))
    world.devices[user.pk] = devices


def named(model, **lookup):
    row = model.objects.filter(**lookup).first()
    if row is None:
        raise LookupError(f"this run has no {model.__name__} with {lookup}; add it")
    return row


def saved(members_before):
    """Every person who was saved or whose groups changed, as the rows are now."""
    changed = world.saved | {user for user, _ in world.members.keys() ^ members_before}
    return [
        {
            "username": user.username,
            "name": user.name,
            "email": user.email,
            "attributes": user.attributes,
            "groups": user.groups.values_list("name", flat=True),
        }
        for user in User.objects.all()
        if user.pk in changed
    ]
