import { constructId } from "../../constructs/construct-id";
import { Directory } from "../../constructs/directory";
import type { DirectoryProps } from "../../constructs/directory";
import { Group } from "../../constructs/group";
import { Person } from "../../constructs/person";
import type { PersonProps } from "../../constructs/person";
import { all, only, synth } from "../synth";

const directory = (groups: DirectoryProps["groups"]): Record<string, unknown> =>
  all(
    synth(({ stack }) => new Directory(stack, "groups", { groups })),
    "authentik_group",
  );

const jane: PersonProps = { username: "jane", name: "Jane Doe", email: "jane@example.org", groups: [] };
const person = (change: Partial<PersonProps> = {}): Record<string, unknown> =>
  only(
    synth(({ stack }) => new Person(stack, "jane", { ...jane, ...change })),
    "authentik_user",
  );

describe("Group", () => {
  test("the default child is the group", () => {
    synth(({ stack }) => {
      const group = new Group(stack, "staff", { name: "Staff" });
      expect(group.node.defaultChild).toBe(group.resource);
    });
  });

  test("never says who is in it, and is replaced before it goes", () => {
    const block = only(
      synth(({ stack }) => new Group(stack, "staff", { name: "Staff" })),
      "authentik_group",
    );
    expect(block).toEqual({
      name: "Staff",
      is_superuser: false,
      parents: [],
      lifecycle: { create_before_destroy: true, ignore_changes: ["attributes"] },
    });
    expect(block).not.toHaveProperty("users");
  });

  test("owns its attributes when it has some", () => {
    const attributes = { team: "infra" };
    const block = only(
      synth(({ stack }) => new Group(stack, "staff", { name: "Staff", superuser: true, attributes })),
      "authentik_group",
    );
    expect(block).toMatchObject({ attributes: '{"team":"infra"}', is_superuser: true });
    expect(block.lifecycle).toEqual({ create_before_destroy: true });
  });
});

describe("Directory", () => {
  test("puts each group below its parents, in whatever order they stand", () => {
    const groups = directory({
      engineers: { name: "Engineers", parents: ["staff"] },
      staff: { name: "Staff" },
    });
    expect(groups).toMatchObject({
      groups_engineers: { parents: ["${authentik_group.groups_staff.id}"] },
      groups_staff: { parents: [] },
    });
  });

  test.each<[string, DirectoryProps["groups"], string]>([
    [
      "a parent that is not declared",
      { a: { name: "A", parents: ["b"] } },
      'Directory "test/groups": a names the parent "b", which is not declared',
    ],
    [
      "parents that lead back",
      { a: { name: "A", parents: ["b"] }, b: { name: "B", parents: ["a"] } },
      'Directory "test/groups": the parents of a > b > a lead back to it; remove one',
    ],
  ])("fails on %s", (_, groups, message) => {
    expect(() => directory(groups)).toThrow(message);
  });

  test("fails when asked for a group it does not have", () => {
    synth(({ stack }) => {
      const made = new Directory(stack, "groups", { groups: { staff: { name: "Staff" } } });
      expect(() => made.groupId("stuff")).toThrow('Directory "test/groups": has no group "stuff"; it has staff');
    });
  });
});

describe("Person", () => {
  test("the default child is the account", () => {
    synth(({ stack }) => {
      const made = new Person(stack, "jane", jane);
      expect(made.node.defaultChild).toBe(made.resource);
    });
  });

  test("an empty list of groups is written, or the last membership could not be taken away", () => {
    expect(person()).toEqual({
      username: "jane",
      name: "Jane Doe",
      email: "jane@example.org",
      groups: [],
      is_active: true,
      type: "internal",
      lifecycle: { ignore_changes: ["attributes"] },
    });
  });

  test("leaves attributes to the person unless they are given", () => {
    expect(person({ attributes: { team: "infra" } })).toMatchObject({ attributes: '{"team":"infra"}' });
    expect(person({ attributes: { team: "infra" } })).not.toHaveProperty("lifecycle");
  });

  test("passes on every option", () => {
    const groups = ["${authentik_group.a.id}", "${authentik_group.b.id}"];
    expect(person({ groups, active: false, type: "external" })).toMatchObject({
      groups,
      is_active: false,
      type: "external",
    });
  });
});

test.each([
  ["jane", "jane"],
  ["jane.doe", "jane-doe-d48722fc"],
  ["jane@example.org", "jane-example-org-13d855ce"],
  ["Jane", "jane-4f23798d"],
  ["張", "976ce125"],
])("the construct id of %s is %s", (name, id) => {
  expect(constructId(name)).toBe(id);
});
