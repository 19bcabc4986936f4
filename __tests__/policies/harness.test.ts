import vectors from "../../schema/expression-vectors.json";
import { PythonRunner, pythonObject, pythonUser } from "./harness";
import type { PolicyOutcome, PolicyRun } from "./harness";

/** One expression and what a real server made of it. */
interface Vector {
  readonly name: string;
  readonly source: string;
  readonly refused?: string;
  readonly passing?: boolean;
  readonly messages?: readonly string[];
  readonly stored?: string;
}

// Stands in for the policy of that name in authentik's blueprints, which one of the vectors calls.
const PASSWORD_STAGE = `flow_plan = request.context.get("flow_plan")
if not flow_plan:
    return True
return not hasattr(flow_plan.context.get("pending_user"), "backend")`;

let python: PythonRunner;

beforeAll(async () => {
  python = await PythonRunner.start();
}, 60_000);

afterAll(() => python.stop());

/** The outcome of an expression that must not be refused. */
async function outcome(run: PolicyRun): Promise<PolicyOutcome> {
  const answer = await python.run(run);
  if ("refused" in answer) throw new Error(answer.refused);
  return answer;
}

/** The value of a mapping that must not fail. */
async function mapped(run: PolicyRun): Promise<unknown> {
  const { passing, messages, result } = await outcome({ ...run, kind: "mapping" });
  if (!passing) throw new Error(messages.join("\n"));
  return result;
}

describe("answers as the server does", () => {
  const cases: readonly Vector[] = vectors.cases;

  test.each(cases)("$name", async ({ source, refused, passing, messages, stored }) => {
    const answer = await python.run({
      source,
      context: { prompt_data: { a: 1 } },
      debug: true, // as the API's test endpoint, which was asked
      policies: { "default-authentication-flow-password-stage": PASSWORD_STAGE },
    });
    expect(answer).toMatchObject(
      refused === undefined ? { passing, messages, stored: stored ?? source.trim() } : { refused },
    );
  });
});

describe("people and groups", () => {
  const groups = [
    { name: "staff", parents: ["everyone"] },
    { name: "everyone", attributes: { quota: 1 }, roles: ["reader"] },
  ];
  const jane = { username: "jane", email: "jane@example.org", groups: ["staff"], attributes: { theme: "dark" } };

  test.each([
    ['ak_is_group_member(request.user, name="staff")', true],
    ['ak_is_group_member(request.user, name="everyone")', true],
    ['ak_is_group_member(request.user, name__in=["everyone", "nobody"])', true],
    ['ak_is_group_member(request.user, name="authentik Admins")', false],
    ['request.user.groups.filter(name="everyone").exists()', false],
    ["request.user.is_superuser", false],
    ['ak_user_by(username="akadmin").is_superuser', true],
    ['ak_user_by(email__iexact="JANE@example.org") == request.user', true],
    ['ak_user_by(attributes__theme="light")', false],
    ["ak_user_by(shoe_size=43)", false],
    ['request.user.group_attributes() == {"quota": 1, "theme": "dark"}', true],
    ['request.user.groups.first().all_roles().filter(name="reader").exists()', true],
    ['ak_user_has_authenticator(request.user, "webauthn")', true],
    ['ak_user_has_authenticator(request.user, "totp")', false],
  ])("%s is %s", async (expression, passing) => {
    const run = { source: `return ${expression}`, user: { ...jane, devices: ["webauthn"] }, groups };
    expect(await outcome(run)).toMatchObject({ passing, messages: [] });
  });

  test("groups are read through all() or filter(), never iterated themselves", async () => {
    expect(await outcome({ source: "return [g.name for g in request.user.groups]" })).toMatchObject({
      passing: false,
      messages: ["'Related' object is not iterable"],
    });
  });

  test("what is saved is answered, what is only assigned is not", async () => {
    const source = [
      "from authentik.core.models import Group",
      'context["pending_user"].attributes["avatar"] = "data:image/png;base64,"',
      'context["pending_user"].save()',
      'request.user.ak_groups.add(*Group.objects.filter(name__in=["everyone", "unknown"]))',
      'request.user.attributes["avatar"] = "lost"',
      'context["prompt_data"]["seen"] = True',
      "return True",
    ].join("\n");
    const context = { prompt_data: {}, pending_user: pythonUser("jane") };
    const { saved, context: after } = await outcome({ source, user: jane, groups, context, flow: true });
    expect(saved).toEqual([
      {
        username: "jane",
        name: "",
        email: "jane@example.org",
        attributes: { theme: "dark", avatar: "data:image/png;base64," },
        groups: ["staff", "everyone"],
      },
    ]);
    expect(after).toMatchObject({ prompt_data: { seen: true }, pending_user: "jane" });
  });

  test("nobody signed in has no attributes and no groups", async () => {
    expect(await outcome({ source: "return request.user.attributes", user: null })).toMatchObject({
      passing: false,
      messages: ["'AnonymousUser' object has no attribute 'attributes'"],
    });
  });
});

describe("requests and flows", () => {
  test("without an HTTP request its names do not exist", async () => {
    expect(await outcome({ source: "return ak_client_ip", httpRequest: null })).toMatchObject({
      messages: ["name 'ak_client_ip' is not defined"],
    });
  });

  test("with one, address, headers and query are there", async () => {
    const source = `return (ak_client_ip in ip_network("198.51.100.0/24")
      and http_request.headers["user-agent"] == http_request.META["HTTP_USER_AGENT"] == "curl"
      and http_request.GET.get("itoken") == "x")`;
    const httpRequest = { headers: { "User-Agent": "curl" }, query: { itoken: "x" } };
    expect(await outcome({ source, httpRequest, clientIp: "198.51.100.7" })).toMatchObject({ passing: true });
  });

  test("a flow has its plan, objects in its context and a binding", async () => {
    const source = `return (context["flow_plan"].context["invitation"] is context["invitation"]
      and context["invitation"].fixed_data["groups"] == ["staff"]
      and type(request.obj).__name__ == "FlowStageBinding")`;
    const context = { invitation: pythonObject("Invitation", { fixed_data: { groups: ["staff"] } }) };
    expect(await outcome({ source, context, flow: true })).toMatchObject({ passing: true, messages: [] });
  });

  test("another policy sees the plan and what it is passed, and leaves the context alone", async () => {
    const context = { pending_user: pythonUser("akadmin", { backend: "inbuilt" }) };
    const source = 'r = ak_call_policy("stage", extra=1)\nreturn not r.passing and "extra" not in context';
    const policies = { stage: `assert context["extra"] == 1\n${PASSWORD_STAGE}` };
    expect(await outcome({ source, context, flow: true, policies })).toMatchObject({ passing: true });
  });

  test("an event is answered", async () => {
    const { events } = await outcome({ source: 'ak_create_event("joined", group="staff")\nreturn True' });
    expect(events).toEqual([{ action: "joined", context: { group: "staff" } }]);
  });

  test.each(["requests.get", "ak_send_email", "resolve_dns", "ak_create_jwt"])("%s fails", async (name) => {
    expect(await outcome({ source: `return ${name}("example.org")` })).toMatchObject({
      passing: false,
      messages: [`${name} is not available in tests`],
    });
  });
});

describe("property mappings", () => {
  test("answer with their value", async () => {
    const source = `groups = [group.name for group in request.user.groups.all()]
return {"groups": groups, "me": user.username, "client": provider.client_id}`;
    const context = { provider: pythonObject("OAuth2Provider", { client_id: "grafana" }) };
    expect(await mapped({ source, context })).toEqual({
      groups: ["authentik Admins"],
      me: "akadmin",
      client: "grafana",
    });
  });

  test("may yield", async () => {
    expect(await mapped({ source: "for x in [1, 2]:\n    yield x" })).toEqual([1, 2]);
  });

  test("know no ak_message", async () => {
    await expect(mapped({ source: 'ak_message("x")' })).rejects.toThrow("name 'ak_message' is not defined");
  });

  test("reject a value that JSON cannot hold", async () => {
    await expect(mapped({ source: 'return {"groups": request.user.groups.all()}' })).rejects.toThrow(
      "TypeError: Object of type QuerySet is not JSON serializable",
    );
  });
});

describe("the Python process", () => {
  test("serves many runs, none of which sees another's people", async () => {
    const { pid } = python;
    const run = { source: 'return request.user.attributes.setdefault("n", 1) and request.user.save()' };
    const answers = await Promise.all([1, 2, 3].map(() => outcome(run)));
    expect(answers.map(({ saved }) => saved[0]?.attributes)).toEqual([{ n: 1 }, { n: 1 }, { n: 1 }]);
    expect(await outcome({ source: "return request.user.attributes" })).toMatchObject({ passing: false });
    expect(python.pid).toBe(pid);
  });

  test("keeps Python's output out of the answers, and odd characters in", async () => {
    const source = 'print("{}")\nak_logger.info("x")\nak_message("\\u2028\ud83d\ude00")\nreturn True';
    expect(await outcome({ source })).toMatchObject({ passing: true, messages: ["\u2028\ud83d\ude00"] });
  });

  test("rejects with the traceback what is wrong with the run itself", async () => {
    await expect(python.run({ source: "return 1", user: { username: "jane", groups: ["staff"] } })).rejects.toThrow(
      /^Traceback [^]*LookupError: this run has no Group with \{'name': 'staff'\}; add it/,
    );
    await expect(python.run({ source: "raise SystemExit(3)" })).rejects.toThrow("SystemExit: 3");
  });

  test("rejects the run under way when it dies", async () => {
    const run = python.run({ source: "while True: pass" });
    process.kill(python.pid ?? NaN, "SIGKILL");
    await expect(run).rejects.toThrow("Python ended without an answer");
  });

  test("is then replaced, and stopped at the deadline of a run", async () => {
    const [alive, endless] = [python.run({ source: "return 1" }), python.run({ source: "while True: pass" }, 200)];
    await expect(endless).rejects.toThrow("no answer within 200 ms; Python was stopped");
    expect(await alive).toMatchObject({ passing: true });
  }, 60_000);

  test("answers nothing once stopped", async () => {
    await python.stop();
    await expect(python.run({ source: "return 1" })).rejects.toThrow("the Python runner is stopped");
  });
});
