"""How an authentik 2026.5 server saves and runs an expression; `run` is what the worker calls."""

import json
import re
import sys
from copy import deepcopy
from ipaddress import ip_address, ip_network
from textwrap import indent
from types import GeneratorType, ModuleType, SimpleNamespace

from django import FieldError, slugify
from world import AnonymousUser, Group, Request, User, furnish, named, now, saved, world


class ControlFlowException(Exception): ...


class SkipObjectException(Exception): ...


class Refused(Exception): ...


class PolicyRequest:
    def __init__(self, user):
        self.user, self.http_request, self.obj, self.context, self.debug = user, None, None, {}, False


class PolicyResult:
    def __init__(self, passing, *messages):
        self.passing, self.messages = passing, messages

    def __repr__(self):
        return f"<PolicyResult passing={self.passing}>"


def unavailable(name):
    def call(*_args, **_kwargs):
        raise RuntimeError(f"{name} is not available in tests")

    return call


class Requests:
    def __getattr__(self, name):
        return unavailable(f"requests.{name}")


class Logger:
    def __getattr__(self, level):
        return lambda *event, **fields: print(level, *event, fields, file=sys.stderr)

    def bind(self, **_fields):
        return self


def is_group_member(user, **filters):
    return user.all_groups().filter(**filters).exists()


def user_by(**filters):
    try:
        return User.objects.filter(**filters).first()
    except FieldError:
        return None


def user_has_authenticator(user, device_type=None):
    devices = world.devices.get(user.pk, [])
    return device_type in devices if device_type else len(devices) > 0


def flatten(value):
    return next(iter(value), None) if isinstance(value, list) else value


def sanitized(name):
    return re.sub(r"[:.-]", "_", slugify(name))


class Evaluator:
    def __init__(self, filename):
        self.filename = filename
        self.context = {}
        self.globals = {
            "ak_call_policy": self.call_policy,
            "ak_create_event": self.create_event,
            "ak_create_jwt": unavailable("ak_create_jwt"),
            "ak_create_jwt_raw": unavailable("ak_create_jwt_raw"),
            "ak_is_group_member": is_group_member,
            "ak_logger": Logger(),
            "ak_send_email": unavailable("ak_send_email"),
            "ak_user_by": user_by,
            "ak_user_has_authenticator": user_has_authenticator,
            "ip_address": ip_address,
            "ip_network": ip_network,
            "list_flatten": flatten,
            "regex_match": lambda value, regex: re.search(regex, value) is not None,
            "regex_replace": lambda value, regex, repl: re.sub(regex, repl, value),
            "requests": Requests(),
            "resolve_dns": unavailable("resolve_dns"),
            "reverse_dns": unavailable("reverse_dns"),
            "slugify": slugify,
        }

    def create_event(self, action, **context):
        world.events.append({"action": action, "context": context})

    def call_policy(self, name, **context):
        if name not in world.policies:
            raise ValueError(f"Policy '{name}' not found.")
        request = deepcopy(self.context["request"])
        request.context.update(context)
        return PolicyEvaluator(name, request).passes(world.policies[name])

    def compiled(self, source):
        names = ",".join(sorted(sanitized(name) for name in self.context))
        text = f"def handler({names}):\n" + indent(source, "    ") + f"\nresult = handler({names})"
        return compile(text, self.filename, "exec")

    def validate(self, source):
        try:
            self.compiled(source)
        except (SyntaxError, ValueError) as exc:
            raise Refused(f"Expression Syntax Error: {exc}") from exc

    def evaluate(self, source):
        names = {sanitized(name): value for name, value in self.context.items()}
        exec(self.compiled(source), self.globals, names)
        return names["result"]


class PolicyEvaluator(Evaluator):
    def __init__(self, name, request=None):
        super().__init__(name)
        self.messages = []
        self.context |= {"ak_message": self.messages.append, "ak_user_has_authenticator": user_has_authenticator}
        # When a policy is saved there is no request: its names are not parameters yet.
        if request is None:
            return
        self.context |= {"ak_is_sso_flow": request.context.get("is_sso", False)}
        if request.http_request:
            client_ip = ip_address(request.http_request.META["REMOTE_ADDR"])
            self.context |= {"ak_client_ip": client_ip, "http_request": request.http_request}
        self.context |= {"request": request, "context": request.context}

    def passes(self, source):
        try:
            result = self.evaluate(source)
        except Exception as exc:
            return PolicyResult(False, str(exc))
        return PolicyResult(bool(result), *self.messages)


class MappingEvaluator(Evaluator):
    def __init__(self, name, request=None):
        super().__init__(name)
        self.globals["SkipObject"] = SkipObjectException
        self.context["request"] = request
        if request is None:
            return
        self.context["user"] = request.user
        if request.http_request:
            self.context["http_request"] = request.http_request
        self.context |= request.context

    def maps(self, source):
        """The value, as a list where the expression yields, and the result as of a policy."""
        try:
            value = self.evaluate(source)
            return list(value) if isinstance(value, GeneratorType) else value, PolicyResult(True)
        except Exception as exc:
            return None, PolicyResult(False, str(exc))


def fake(kind, **attributes):
    return type(kind, (SimpleNamespace,), {"__repr__": lambda self: f"<{kind}>"})(**attributes)


def decoded(value):
    """JSON to Python; a `$user` or `$type` key makes an object of the rest."""
    if isinstance(value, list):
        return [decoded(one) for one in value]
    if not isinstance(value, dict):
        return value
    value = {key: decoded(one) for key, one in value.items()}
    if "$user" in value:
        user = named(User, username=value.pop("$user"))
        user.__dict__.update(value)
        return user
    return fake(value.pop("$type"), **value) if "$type" in value else value


def policy_request(spec):
    user = AnonymousUser() if spec["user"] is None else named(User, username=spec["user"])
    request = PolicyRequest(user)
    request.debug = spec["debug"]
    if spec["httpRequest"] is not None:
        request.http_request = Request(user, spec["httpRequest"], spec["clientIp"])
    request.obj, request.context = decoded(spec["obj"]), decoded(spec["context"])
    if spec["flow"]:
        request.obj = request.obj or fake("FlowStageBinding")
        request.context = {"flow_plan": fake("FlowPlan", context=request.context), **request.context}
    return request


def run(payload):
    spec = json.loads(payload)
    furnish(spec)
    members = set(world.members)
    source = spec["source"].strip()
    evaluator = {"policy": PolicyEvaluator, "mapping": MappingEvaluator}[spec["kind"]]
    try:
        if not source:
            raise Refused("This field may not be blank.")
        evaluator(spec["name"]).validate(source)
    except Refused as refusal:
        return json.dumps({"refused": str(refusal)})
    request = policy_request(spec)
    mapped = {}
    if spec["kind"] == "policy":
        outcome = PolicyEvaluator(spec["name"], request).passes(source)
    else:
        mapped["result"], outcome = MappingEvaluator(spec["name"], request).maps(source)
    answer = {"passing": outcome.passing, "messages": [str(one) for one in outcome.messages], "stored": source}
    # A mapping's result goes into a token: what JSON cannot hold is an error there too.
    json.dumps(mapped)
    left = {"saved": saved(members), "events": world.events, "context": request.context}
    return json.dumps(answer | mapped | left, default=str)


def provide(name, **members):
    """Makes `from name import member` work as on the server."""
    module = sys.modules.setdefault(name, ModuleType(name))
    module.__dict__.update(members)
    parent, _, child = name.rpartition(".")
    if parent:
        provide(parent, **{child: module})


provide("authentik.core.models", User=User, Group=Group)
for right in ("email", "name", "username"):
    changes = {f"USER_ATTRIBUTE_CHANGE_{right.upper()}": f"goauthentik.io/user/can-change-{right}"}
    provide("authentik.core.models", **changes)
provide("authentik.core.expression.exceptions", SkipObjectException=SkipObjectException)
provide("authentik.lib.expression.exceptions", ControlFlowException=ControlFlowException)
provide("authentik.policies.types", PolicyRequest=PolicyRequest, PolicyResult=PolicyResult)
provide("django.utils.text", slugify=slugify)
provide("django.utils.timezone", now=now)
provide("django.core.exceptions", FieldError=FieldError)
# A server has no JavaScript to reach.
sys.modules["js"] = sys.modules["pyodide_js"] = None
