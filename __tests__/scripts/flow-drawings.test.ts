import { flowsOf } from "../../access/flows";
import type { FlowStack } from "../../access/flows";
import { flowSections, mermaid } from "../../scripts/flow-drawings";

const binding = { evaluate_on_plan: false, re_evaluate_policies: true, policy_engine_mode: "any" };
const stack: FlowStack = {
  resource: {
    authentik_flow: {
      in: { slug: "in", title: 'Sign "in"', designation: "authentication", authentication: "require_unauthenticated" },
      empty: { slug: "empty", title: "Empty", designation: "stage_configuration" },
    },
    authentik_stage_identification: { who: { name: "who", recovery_flow: "${authentik_flow.empty.uuid}" } },
    authentik_stage_prompt: { form: { name: "form", validation_policies: ["${authentik_policy_expression.p.id}"] } },
    authentik_stage_user_login: { session: { name: "session" } },
    authentik_policy_expression: { p: { name: "policy <p>" }, q: { name: "q" } },
    authentik_brand: { b: { domain: "auth.example.org", flow_authentication: "${authentik_flow.in.uuid}" } },
    authentik_flow_stage_binding: {
      last: {
        ...binding,
        target: "${authentik_flow.in.uuid}",
        stage: "${authentik_stage_user_login.session.id}",
        order: 100,
      },
      form: {
        ...binding,
        policy_engine_mode: "all",
        target: "${authentik_flow.in.uuid}",
        stage: "${authentik_stage_prompt.form.id}",
        order: 20,
      },
      first: {
        ...binding,
        evaluate_on_plan: true,
        re_evaluate_policies: false,
        target: "${authentik_flow.in.uuid}",
        stage: "${authentik_stage_identification.who.id}",
        order: 10,
      },
      looked: { ...binding, target: "${authentik_flow.empty.uuid}", stage: "${data.authentik_stage.x.id}", order: 10 },
    },
    authentik_policy_binding: {
      two: {
        target: "${authentik_flow_stage_binding.form.id}",
        policy: "${authentik_policy_expression.q.id}",
        order: 10,
        negate: true,
      },
      one: {
        target: "${authentik_flow_stage_binding.form.id}",
        policy: "${authentik_policy_expression.p.id}",
        order: 0,
        failure_result: true,
      },
    },
  },
};

test("reads steps in their order, policies in theirs, and what leads there", () => {
  expect(flowsOf(stack)).toEqual([
    {
      slug: "empty",
      title: "Empty",
      designation: "stage_configuration",
      authentication: "none",
      ways: ["stage identification who: recovery_flow"],
      steps: [
        {
          order: 10,
          stage: "${data.authentik_stage.x.id}",
          kind: "stage",
          policies: [],
          match: "any",
          asked: "when it is reached",
          validated: [],
        },
      ],
    },
    {
      slug: "in",
      title: 'Sign "in"',
      designation: "authentication",
      authentication: "require_unauthenticated",
      ways: ["brand auth.example.org: flow_authentication"],
      steps: [
        {
          order: 10,
          stage: "who",
          kind: "identification",
          policies: [],
          match: "any",
          asked: "when the flow starts",
          validated: [],
        },
        {
          order: 20,
          stage: "form",
          kind: "prompt",
          policies: [
            { name: "policy <p>", negated: false, passesBroken: true },
            { name: "q", negated: true, passesBroken: false },
          ],
          match: "all",
          asked: "when it is reached",
          validated: ["policy <p>"],
        },
        {
          order: 100,
          stage: "session",
          kind: "user login",
          policies: [],
          match: "any",
          asked: "when it is reached",
          validated: [],
        },
      ],
    },
  ]);
});

test("draws a question before a step with policies, whose no goes past it, and lets no name be markup", () => {
  const [, flow] = flowsOf(stack);
  expect(flow && mermaid(flow)).toEqual([
    "```mermaid",
    "flowchart TB",
    '  start(["start"])',
    '  s10["10 identification<br/>who"]',
    '  s20["20 prompt<br/>form"]',
    '  q20{"policy #lt;p#gt; and not q?"}',
    '  s100["100 user login<br/>session"]',
    '  done(["done"])',
    "  start --> s10",
    "  s10 --> q20",
    "  q20 -- yes --> s20",
    "  q20 -- no --> s100",
    "  s20 --> s100",
    "  s100 --> done",
    "```",
  ]);
});

test("says in a table what each step is, by whom its form is checked, and when its policies are asked", () => {
  expect(flowSections(stack).filter((line) => line.startsWith("| 1") || line.startsWith("| 2"))).toEqual([
    "| 10 | stage | `${data.authentik_stage.x.id}` |  |  |",
    "| 10 | identification | `who` |  |  |",
    "| 20 | prompt; its form is checked by `policy <p>` | `form` | `policy <p>` (also when it breaks) and not `q` | when it is reached |",
    "| 100 | user login | `session` |  |  |",
  ]);
  expect(flowSections(stack)).toContain('“Sign "in"”, authentication, for who is not signed in.');
});

test("nobody goes on from a step that denies", () => {
  const steps = [
    { order: 20, stage: "guard", kind: "deny", policies: [{ name: "p", negated: false, passesBroken: false }] },
    { order: 30, stage: "session", kind: "user login", policies: [] },
  ].map((step) => ({ ...step, match: "any", asked: "when it is reached", validated: [] }));
  const flow = { slug: "f", title: "F", designation: "authentication", authentication: "none", ways: [], steps };
  expect(mermaid(flow).filter((line) => line.includes("20 -"))).toEqual([
    "  q20 -- yes --> s20",
    "  q20 -- no --> s30",
    '  s20 --> denied(["turned away"])',
  ]);
});

test("a stack without flows has none to draw", () => {
  expect(flowsOf({})).toEqual([]);
});
