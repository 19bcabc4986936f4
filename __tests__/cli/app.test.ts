import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { CLIENT_NAMES, CLIENTS } from "../../cli/snippets/clients";
import type { Client } from "../../cli/snippets/clients";
import { startAuthentik } from "../server/authentik";
import type { AuthentikServer, State } from "../server/authentik";
import type { Fault } from "../server/faults";
import { APPS, appSite, siteWith } from "./app-site";
import { runCli, writeSite } from "./run-cli";
import type { Ran } from "./run-cli";

const folder = mkdtempSync(join(tmpdir(), "app-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

let site: string;
beforeAll(() => {
  site = appSite();
});

const app = (args: readonly string[], file = site): Promise<Ran> => runCli(["app", ...args], { AUTHENTIK_SITE: file });

interface Part {
  readonly name: string;
  readonly language: string;
  readonly text: string;
}

interface Document {
  readonly app: Readonly<Record<string, unknown>>;
  readonly snippet: { readonly client: string; readonly parts: readonly Part[]; readonly warnings: string[] } | null;
}

async function snippet(args: readonly string[], file?: string): Promise<NonNullable<Document["snippet"]>> {
  const ran = await app([...args, "--json"], file);
  expect(ran.code).toBe(0);
  const { snippet: found } = ran.json() as unknown as Document;
  if (found === null) throw new Error("no snippet");
  return found;
}

const partOf = ({ parts }: { readonly parts: readonly Part[] }, name: string): string =>
  parts.find((part) => part.name === name)?.text ?? "";

/** The settings of an ini file by section; fails on a line that is none. */
function ini(text: string): Record<string, Record<string, string>> {
  const sections: Record<string, Record<string, string>> = {};
  let current: Record<string, string> = {};
  for (const line of text.split("\n").filter((one) => one !== "" && !one.startsWith(";"))) {
    const [, section] = /^\[([\w.]+)\]$/.exec(line) ?? [];
    const [, key, value] = /^(\w+) = (.*)$/.exec(line) ?? [];
    if (section !== undefined) current = sections[section] = {};
    else if (key !== undefined && value !== undefined) current[key] = value;
    else throw new Error(`no ini: ${line}`);
  }
  return sections;
}

/** Every directive of an nginx file, with the block it is in; fails where braces and semicolons do not fit. */
function directives(text: string): string[] {
  const blocks: string[] = [];
  const found: string[] = [];
  for (const line of text.split("\n").map((one) => one.trim())) {
    if (line === "" || line.startsWith("#")) continue;
    if (line.endsWith("{")) blocks.push(line.slice(0, -1).trim());
    else if (line === "}") expect(blocks.pop()).toBeDefined();
    else {
      expect(line).toMatch(/;$/);
      found.push(`${blocks.at(-1) ?? ""} > ${line.slice(0, -1).replaceAll(/\s+/g, " ")}`);
    }
  }
  expect(blocks).toEqual([]);
  return found;
}

/** The elements of a flat XML file. */
function xml(text: string): Record<string, string> {
  const [, inside = ""] =
    /^<\?xml [^>]+\?>\n<PluginConfiguration [^>]+>\n([\s\S]+)\n<\/PluginConfiguration>$/.exec(text) ?? [];
  return Object.fromEntries(
    inside.split("\n").map((line) => {
      const [, name, value] = /^ {2}<(\w+)>([^<>]*)<\/\1>$/.exec(line) ?? [];
      if (name === undefined || value === undefined) throw new Error(`no XML: ${line}`);
      return [name, value.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&")];
    }),
  );
}

/** Runs a part of a shell's with programs that print how they were called, and others that are given. */
function shell(text: string, input = ""): { stdout: string; calls: string[][] } {
  const bin = mkdtempSync(join(folder, "bin-"));
  const log = join(bin, "calls");
  const record = `#!${process.execPath}\nrequire("fs").appendFileSync(${JSON.stringify(log)}, JSON.stringify(process.argv.slice(1)) + "\\n");`;
  for (const name of ["forgejo", "vault"]) {
    const answer = name === "vault" ? `process.stdout.write("from vault");` : "";
    writeFileSync(join(bin, name), `${record}${answer}`);
    chmodSync(join(bin, name), 0o755);
  }
  writeFileSync(log, "");
  const ran = spawnSync("bash", ["--norc", "-euc", text], {
    cwd: bin,
    env: { PATH: `${bin}:${process.env.PATH ?? ""}` },
    input,
  });
  expect(ran.stderr.toString()).toBe("");
  const lines = readFileSync(log, "utf8")
    .split("\n")
    .filter((line) => line !== "");
  const calls = lines.map((line) => JSON.parse(line) as string[]);
  return {
    stdout: ran.stdout.toString(),
    calls: calls.map(([file = "", ...args]) => [file.slice(bin.length + 1), ...args]),
  };
}

test("the list names every app and every restricted host", async () => {
  const ran = await app([]);
  expect(ran).toMatchObject({ code: 0, stderr: "" });
  expect(ran.stdout).toBe(
    `${[
      "app                  kind          host",
      "grafana              oidc          grafana.example.org",
      "git                  oidc          git.example.org",
      "immich               oidc          photos.example.org",
      "headscale            oidc          headscale.example.org",
      "kubernetes           oidc          kubernetes.example.org",
      "jellyfin             ldap          -",
      "wiki                 forward-auth  wiki.example.org",
      "everything           forward-auth  *.example.org",
      "passed               forward-auth  passed.example.org",
      "traefik.example.org  forward-auth  traefik.example.org",
    ].join("\n")}\n`,
  );
  expect((await app(["--list"])).stdout).toBe(ran.stdout);
  expect((await app(["--list", "--json"])).json()).toMatchObject({
    format: 1,
    command: "app",
    site: "lab",
    apps: expect.arrayContaining([
      { key: "git", slug: "forgejo", kind: "oidc", title: "Forgejo", host: "git.example.org" },
      {
        key: "traefik.example.org",
        slug: "traefik-example-org",
        kind: "forward-auth",
        title: "traefik.example.org",
        host: "traefik.example.org",
      },
    ]) as unknown,
  });
});

describe("one app", () => {
  test("what to set, and what to paste into a client it is known by", async () => {
    const ran = await app(["grafana"]);
    expect(ran.stdout).toMatch(
      /^Grafana \(grafana, OpenID Connect\)\n\nIssuer {10}https:\/\/auth\.example\.org\/application\/o\/grafana\/\n/,
    );
    expect(ran.stdout).toContain("\nClient secret   Vault: secret/apps/grafana/oidc, field client_secret\n");
    expect(ran.stdout).toContain("\n--- grafana.ini ---\n[server]\n");
  });

  test("what to set, and where to ask for more", async () => {
    expect((await app(["wiki"])).stdout).toBe(
      `${[
        "Wiki (wiki, forward auth)",
        "",
        "Host                 https://wiki.example.org",
        "Traefik annotation   traefik.ingress.kubernetes.io/router.middlewares: authentik-ak-outpost-authentik-embedded-outpost@kubernetescrd",
        "Headers              X-authentik-username, X-authentik-groups, X-authentik-entitlements, X-authentik-email, X-authentik-name, X-authentik-uid, X-authentik-jwt",
        "Sign in again after  weeks=4",
        "",
        "what to paste: authentik-iac app wiki --for nginx",
        "what to paste: authentik-iac app wiki --for traefik",
      ].join("\n")}\n`,
    );
  });

  test.each([
    ["its key", "git", "git"],
    ["its slug", "forgejo", "git"],
    ["its host", "git.example.org", "git"],
    ["the name of a restricted host", "traefik.example.org", "traefik.example.org"],
    ["the slug of one", "traefik-example-org", "traefik.example.org"],
    ["the domain it answers for", "*.example.org", "everything"],
  ])("is found by %s", async (_, name, key) => {
    expect((await app([name, "--json"])).json()).toMatchObject({ app: { key } });
  });

  test("for programs: every value by itself, the secret by its place", async () => {
    const { app: told, snippet: pasted } = (await app(["git", "--json"])).json() as unknown as Document;
    expect(told).toEqual({
      key: "git",
      slug: "forgejo",
      title: "Forgejo",
      kind: "oidc",
      authentikUrl: "https://auth.example.org",
      issuer: "https://auth.example.org/application/o/forgejo/",
      discovery: "https://auth.example.org/application/o/forgejo/.well-known/openid-configuration",
      clientId: "forgejo",
      clientSecret: { from: "vault", ref: { mount: "secret", path: "apps/forgejo", key: "client_secret" } },
      scopes: ["openid", "email", "profile", "groups"],
      redirectUris: [
        {
          url: "https://git.example.org/user/oauth2/authentik/callback",
          matchingMode: "strict",
          type: "authorization",
        },
      ],
    });
    expect(pasted?.client).toBe("forgejo");
  });
});

describe("snippets", () => {
  const OF: Readonly<Record<Client, string>> = {
    grafana: "grafana",
    forgejo: "git",
    immich: "immich",
    headscale: "headscale",
    kubectl: "kubernetes",
    jellyfin: "jellyfin",
    nginx: "wiki",
    traefik: "wiki",
  };

  test.each(CLIENT_NAMES)("%s: word for word", async (client) => {
    const ran = await app([OF[client], "--for", client]);
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    expect(ran.stdout).toBe(readFileSync(join(__dirname, "snippets", `${client}.txt`), "utf8"));
  });

  test.each(CLIENT_NAMES)("%s: every part is what it says", async (client) => {
    for (const { language, text } of (await snippet([OF[client], "--for", client])).parts) {
      if (language === "ini") ini(text);
      if (language === "json") JSON.parse(text);
      if (language === "nginx") directives(text);
      if (language === "xml") xml(text);
      if (language === "sh") expect(spawnSync("bash", ["-n"], { input: text }).stderr.toString()).toBe("");
      if (language === "yaml") expect(parseAllDocuments(text).flatMap(({ errors }) => errors)).toEqual([]);
      if (language === "text") for (const line of text.split("\n")) expect(line).toMatch(/^--oidc-[a-z-]+=\S+$/);
      expect(text).toBe(text.trimEnd());
    }
  });

  test.each(CLIENT_NAMES)("%s: a client of another kind of app is refused", async (client) => {
    const kind = CLIENTS[client];
    const [other] = Object.entries(APPS).flatMap(([key, one]) => (one.kind === kind ? [] : [{ key, kind: one.kind }]));
    const fit = CLIENT_NAMES.filter((one) => CLIENTS[one] === other?.kind).join(", ");
    const ran = await app([other?.key ?? "", "--for", client]);
    expect(ran).toMatchObject({
      code: 2,
      stdout: "",
      stderr: `app: --for must name a client for apps of kind "${other?.kind ?? ""}", got "${client}"; ${fit} fit ${other?.key ?? ""}\n`,
    });
  });

  describe("Grafana", () => {
    test("signs in by authentik, and maps the administrators", async () => {
      const pasted = await snippet(["grafana"]);
      const { server, auth, "auth.generic_oauth": oauth } = ini(partOf(pasted, "grafana.ini"));
      expect(server?.root_url).toBe("https://grafana.example.org/");
      expect(auth?.signout_redirect_url).toBe("https://auth.example.org/application/o/grafana/end-session/");
      expect(oauth).toMatchObject({
        client_id: "grafana",
        client_secret: "$__env{GRAFANA_CLIENT_SECRET}",
        use_refresh_token: "true",
        role_attribute_path: "contains(groups[*], 'Site Admins') && 'Admin' || 'Viewer'",
      });
      const { stdout } = shell(`${partOf(pasted, "environment of grafana.ini")}\nprintf %s "$GRAFANA_CLIENT_SECRET"`);
      expect(stdout).toBe("from vault");
    });

    test("the environment says the same as the file", async () => {
      const pasted = await snippet(["grafana"]);
      const { stdout } = shell(`${partOf(pasted, "environment, in place of grafana.ini")}\nenv | grep ^GF_ | sort`);
      const expected = Object.entries(ini(partOf(pasted, "grafana.ini"))).flatMap(([section, entries]) =>
        Object.entries(entries).map(([key, value]) => {
          const name = `GF_${section.replaceAll(".", "_")}_${key}`.toUpperCase();
          return `${name}=${key === "client_secret" ? "from vault" : value}`;
        }),
      );
      expect(stdout.trimEnd().split("\n").sort()).toEqual(expected.sort());
    });

    test("a scope that would begin a comment stays whole", async () => {
      const mapping = { scopeName: "api#read", file: join(__dirname, "..", "..", "policies", "groups_scope.py") };
      const file = siteWith("grafana", { scopes: ["api"] }, { scopeMappings: { api: mapping } });
      expect(partOf(await snippet(["grafana"], file), "grafana.ini")).toContain(
        "\nscopes = `openid email profile api#read`\n",
      );
    });

    test("without the scope groups no role is mapped, without offline_access nothing is refreshed", async () => {
      const file = siteWith("grafana", { scopes: [] });
      const oauth = ini(partOf(await snippet(["grafana"], file), "grafana.ini"))["auth.generic_oauth"];
      expect(oauth?.scopes).toBe("openid email profile");
      expect(oauth).not.toHaveProperty("role_attribute_path");
      expect(oauth).not.toHaveProperty("use_refresh_token");
    });

    test("a name that would mean something to Grafana is mapped to no role", async () => {
      const file = siteWith(
        "grafana",
        {},
        { groups: { admins: { name: "it's $admins", superuser: true }, staff: {} } },
      );
      const pasted = await snippet(["grafana"], file);
      expect(partOf(pasted, "grafana.ini")).not.toContain("role_attribute_path");
      expect(pasted.warnings).toEqual([
        `grafana: the group "it's $admins" is mapped to no role; write role_attribute_path yourself`,
      ]);
    });

    test("below a path of its host", async () => {
      const file = siteWith("grafana", { redirectUris: ["https://example.org/grafana/login/generic_oauth"] });
      const pasted = await snippet(["grafana"], file);
      expect(ini(partOf(pasted, "grafana.ini")).server?.root_url).toBe("https://example.org/grafana/");
      expect(pasted.warnings).toEqual([]);
    });

    test("a scope goes by its name, whatever its key is", async () => {
      const mapping = { scopeName: "groups", file: join(__dirname, "..", "..", "policies", "groups_scope.py") };
      const file = siteWith("grafana", { scopes: ["who"] }, { scopeMappings: { who: mapping } });
      expect(ini(partOf(await snippet(["grafana"], file), "grafana.ini"))["auth.generic_oauth"]).toMatchObject({
        scopes: "openid email profile groups",
        role_attribute_path: expect.stringContaining("Site Admins") as string,
      });
    });

    test("a public client has no secret, which is told", async () => {
      const file = siteWith("grafana", { clientType: "public", publishTo: undefined });
      const pasted = await snippet(["grafana"], file);
      expect(JSON.stringify(pasted.parts)).not.toMatch(/SECRET|client_secret/);
      expect(pasted.warnings).toEqual([
        'apps.grafana: clientType must be "confidential" for grafana, which can keep a secret, got "public"; take the line out',
      ]);
    });
  });

  describe("redirect URIs", () => {
    const missing = (key: string, url: string): string =>
      `apps.${key}: redirectUris must allow "${url}", which people are sent back to, got no such URI; add the line "${url}",`;

    test.each<[Client, keyof typeof APPS, string[]]>([
      ["grafana", "grafana", ["https://other.example.org/login/generic_oauth"]],
      ["forgejo", "git", ["https://other.example.org/user/oauth2/authentik/callback"]],
      [
        "immich",
        "immich",
        [
          "https://other.example.org/auth/login",
          "https://other.example.org/user-settings",
          "app.immich:///oauth-callback",
        ],
      ],
      ["headscale", "headscale", ["https://other.example.org/oidc/callback"]],
      ["kubectl", "kubernetes", ["http://localhost:8000", "http://localhost:18000"]],
    ])("%s: the lines that are missing are told, on stderr too", async (client, key, urls) => {
      const file = siteWith(key, { redirectUris: ["https://other.example.org/"] });
      const args = [key, "--for", client];
      const warnings = urls.map((url) => missing(key, url));
      expect((await snippet(args, file)).warnings).toEqual(warnings);
      expect((await app(args, file)).stderr).toBe(warnings.map((line) => `warning: ${line}\n`).join(""));
    });

    test("one of sign-out does not count, one by a pattern does", async () => {
      const url = "https://grafana.example.org/login/generic_oauth";
      const logout = siteWith("grafana", { redirectUris: [{ url, type: "logout" }, "https://grafana.example.org/"] });
      expect((await snippet(["grafana"], logout)).warnings).toEqual([missing("grafana", url)]);
      const pattern = { url: "^https://grafana\\.example\\.org/login/.+$", matchingMode: "regex" };
      const regex = siteWith("grafana", { redirectUris: [pattern], launchUrl: "https://grafana.example.org/?kiosk" });
      const pasted = await snippet(["grafana"], regex);
      expect(pasted.warnings).toEqual([]);
      expect(ini(partOf(pasted, "grafana.ini")).server?.root_url).toBe("https://grafana.example.org/");
    });

    test("a host is made up where the site tells none", async () => {
      const file = siteWith("grafana", { redirectUris: ["app.grafana:///callback"] });
      expect((await snippet(["grafana"], file)).warnings).toEqual([
        missing("grafana", "https://grafana.example.org/login/generic_oauth"),
      ]);
    });

    test("Forgejo's source is called as the URI says", async () => {
      const file = siteWith("git", { redirectUris: ["https://git.example.org/user/oauth2/sso/callback"] });
      const pasted = await snippet(["git"], file);
      expect(partOf(pasted, "shell, where Forgejo runs")).toContain("--name sso ");
      expect(pasted.warnings).toEqual([]);
    });

    test("kubelogin listens where the site allows", async () => {
      const file = siteWith("kubernetes", { redirectUris: ["http://localhost:9001", "http://localhost:9002"] });
      const pasted = await snippet(["kubernetes"], file);
      expect(pasted.warnings).toEqual([]);
      expect(partOf(pasted, "kubeconfig")).toContain(
        "- --listen-address=127.0.0.1:9001\n          - --listen-address=127.0.0.1:9002\n",
      );
    });

    test("Immich's phones go by its own detour where the site allows that alone", async () => {
      const detour = "https://photos.example.org/api/oauth/mobile-redirect";
      const web = ["https://photos.example.org/auth/login", "https://photos.example.org/user-settings"];
      const pasted = await snippet(["immich"], siteWith("immich", { redirectUris: [...web, detour] }));
      expect(pasted.warnings).toEqual([]);
      expect(JSON.parse(partOf(pasted, "immich.json"))).toMatchObject({
        oauth: { mobileOverrideEnabled: true, mobileRedirectUri: detour },
      });
    });
  });

  describe("Forgejo", () => {
    test("the command gets each argument as it is meant", async () => {
      const groups = { admins: { name: 'It\'s "us" & $HOME', superuser: true }, staff: {} };
      const pasted = await snippet(["git"], siteWith("git", { clientId: "git" }, { groups }));
      expect(shell(partOf(pasted, "shell, where Forgejo runs")).calls).toEqual([
        ["vault", "kv", "get", "-mount=secret", "-field=client_secret", "apps/forgejo"],
        [
          ...["forgejo", "admin", "auth", "add-oauth", "--name", "authentik", "--provider", "openidConnect"],
          ...["--key", "git", "--secret", "from vault", "--auto-discover-url"],
          "https://auth.example.org/application/o/forgejo/.well-known/openid-configuration",
          ...["--scopes", "email", "--scopes", "profile", "--scopes", "groups"],
          ...["--group-claim-name", "groups", "--admin-group", 'It\'s "us" & $HOME'],
        ],
      ]);
    });

    test("a secret that is in authentik alone is read from the keyboard", async () => {
      const pasted = await snippet(["git"], siteWith("git", { clientSecret: undefined }));
      const text = partOf(pasted, "shell, where Forgejo runs");
      expect(text).toMatch(
        /^# The secret is in authentik, on the page of the provider\.\nread -rs FORGEJO_CLIENT_SECRET && /,
      );
      const [call = []] = shell(text, "typed in\n").calls;
      expect(call.slice(call.indexOf("--secret"), call.indexOf("--secret") + 2)).toEqual(["--secret", "typed in"]);
    });

    test("a public client has none", async () => {
      const pasted = await snippet(["git"], siteWith("git", { clientSecret: undefined, clientType: "public" }));
      expect(partOf(pasted, "shell, where Forgejo runs")).toContain(' --secret "" ');
    });
  });

  describe("Headscale", () => {
    test("reads its secret from a file, wherever it comes from", async () => {
      const name = "shell, where Headscale runs";
      const local = (text: string): string => text.replace("/etc/headscale/", "./");
      const fromVault = partOf(await snippet(["headscale"]), name);
      expect(shell(`${local(fromVault)}; cat oidc_client_secret`).stdout).toBe("from vault");
      const typed = partOf(await snippet(["headscale"], siteWith("headscale", { publishTo: undefined })), name);
      expect(shell(`${local(typed)}; cat oidc_client_secret; ls -l`, "typed in\n").stdout).toMatch(
        /^typed in[\s\S]*\n-rw------- /,
      );
    });

    test("an address that is not verified is none to it", async () => {
      const file = siteWith("headscale", { emailVerified: false });
      expect((await snippet(["headscale"], file)).warnings).toEqual([
        "apps.headscale: emailVerified must be true for Headscale to know people's addresses, got false; add the line emailVerified: true,",
      ]);
    });

    test("asks for no scope it has no use for", async () => {
      const file = siteWith("headscale", { scopes: ["offline_access", "groups"] });
      const [config] = parseAllDocuments(partOf(await snippet(["headscale"], file), "config.yaml"));
      expect(config?.toJS()).toMatchObject({
        server_url: "https://headscale.example.org",
        oidc: { scope: ["openid", "email", "profile", "groups"] },
      });
    });
  });

  describe("an issuer that all apps share", () => {
    test.each(["headscale", "kubernetes"] as const)("is told where %s could not find authentik by it", async (key) => {
      const { warnings } = await snippet([key], siteWith(key, { issuerMode: "global" }));
      expect(warnings).toEqual([
        expect.stringMatching(/^apps\.\w+: issuerMode must be "per_provider" for \w+, which looks/),
      ]);
    });

    test("leads nobody to Immich's settings, but the app's own discovery does", async () => {
      const { parts, warnings } = await snippet(["immich"], siteWith("immich", { issuerMode: "global" }));
      expect(warnings).toEqual([]);
      expect(parts[0]?.text).toContain(
        '"issuerUrl": "https://auth.example.org/application/o/immich/.well-known/openid-configuration"',
      );
    });
  });

  describe("kubectl", () => {
    const user = (text: string): { command: string; args: string[] } => {
      const [config] = parseAllDocuments(text);
      const { users } = config?.toJS() as { users: { user: { exec: { command: string; args: string[] } } }[] };
      return users[0]?.user.exec ?? { command: "", args: [] };
    };

    test("a client with a secret fetches it when it is used, and is warned of", async () => {
      const file = siteWith("kubernetes", {
        clientType: "confidential",
        clientSecret: { mount: "secret", path: "apps/kube", key: "client_secret" },
      });
      const pasted = await snippet(["kubernetes"], file);
      const { command, args } = user(partOf(pasted, "kubeconfig"));
      expect(command).toBe("sh");
      expect(args).toEqual([
        "-c",
        'exec kubectl oidc-login get-token --oidc-issuer-url=https://auth.example.org/application/o/kubernetes/ --oidc-client-id=kubernetes --oidc-extra-scope=email --oidc-extra-scope=profile --oidc-extra-scope=groups --oidc-client-secret="$(vault kv get -mount=secret -field=client_secret apps/kube)"',
      ]);
      expect(pasted.warnings).toEqual([
        'apps.kubernetes: clientType must be "public" for a program on everybody\'s machine, got "confidential"; add the line clientType: "public",',
      ]);
    });

    test("an API server reads the token alone", async () => {
      const file = siteWith("kubernetes", { includeClaimsInIdToken: false, encryptionKey: "tokens" });
      expect((await snippet(["kubernetes"], file)).warnings).toEqual([
        "apps.kubernetes: includeClaimsInIdToken must be true for an API server, which reads nothing but the token, got false; take the line out",
        'apps.kubernetes: encryptionKey must not be given for kubectl, which cannot read encrypted tokens, got "tokens"; take the line out',
      ]);
    });

    test("groups only where the site gives them", async () => {
      const pasted = await snippet(["kubernetes"], siteWith("kubernetes", { scopes: [] }));
      expect(partOf(pasted, "flags of kube-apiserver")).not.toContain("groups");
    });
  });

  describe("Jellyfin", () => {
    test("lists those who may bind: members of the groups, of those below, and the app's own", async () => {
      const settings = xml(partOf(await snippet(["jellyfin"]), "LDAP-Auth.xml"));
      const member = (name: string): string => `(memberOf=cn=${name},ou=groups,ou=jellyfin,dc=example,dc=org)`;
      expect(settings).toMatchObject({
        LdapBindUser: "cn=ldap-jellyfin,ou=users,ou=jellyfin,dc=example,dc=org",
        LdapBindPassword: "${LDAP_BIND_PASSWORD}",
        LdapSearchFilter: `(&(objectClass=user)(|${member("Family")}${member("Children")}${member("app-jellyfin")}))`,
        LdapAdminFilter: "_disabled_",
      });
    });

    test.each<[string, Readonly<Record<string, unknown>>]>([
      ["everybody may", { access: "everyone" }],
      ["a policy decides", { access: { policies: ["hours"] } }],
    ])("lists everybody where %s", async (_, change) => {
      const policies = { hours: { file: join(__dirname, "..", "..", "policies", "groups_scope.py") } };
      const settings = xml(
        partOf(await snippet(["jellyfin"], siteWith("jellyfin", change, { policies })), "LDAP-Auth.xml"),
      );
      expect(settings.LdapSearchFilter).toBe("(objectClass=user)");
    });

    test("and where a group's name would mean something else in a filter", async () => {
      const groups = { admins: { superuser: true }, family: { name: "Family (all)" } };
      const file = siteWith("jellyfin", {}, { groups });
      expect(xml(partOf(await snippet(["jellyfin"], file), "LDAP-Auth.xml")).LdapSearchFilter).toBe(
        "(objectClass=user)",
      );
    });

    test("a certificate that nobody trusts is told", async () => {
      const file = siteWith("jellyfin", {}, { ldap: { root: "dc=example,dc=org" } });
      expect((await snippet(["jellyfin"], file)).warnings).toEqual([
        'ldap: certificate must name one that Jellyfin trusts, got nothing; the outpost makes one that nobody trusts: add the line certificate: "<its name in authentik>",',
      ]);
    });
  });

  describe("forward auth", () => {
    test("nginx asks the outpost, hands its headers on, and takes people's own from nobody", async () => {
      const found = directives(partOf(await snippet(["wiki", "--for", "nginx"]), "wiki.example.org.conf"));
      expect(found).toEqual(
        expect.arrayContaining([
          "location / > auth_request /outpost.goauthentik.io/auth/nginx",
          "location / > proxy_set_header X-authentik-username $told_x_authentik_username",
          "location / > proxy_set_header Authorization $told_authorization",
          "location /outpost.goauthentik.io > proxy_pass http://ak-outpost-authentik-embedded-outpost.authentik.svc:9000/outpost.goauthentik.io",
          "location @sign_in > return 302 /outpost.goauthentik.io/start?rd=$scheme://$asked_host$request_uri",
        ]),
      );
    });

    test("people sign in to a domain at authentik", async () => {
      const text = partOf(await snippet(["everything", "--for", "nginx"]), "app.example.org.conf");
      expect(text).toMatch(/^# app\.example\.org stands for each host of example\.org\.\n/);
      expect(directives(text)).toContain(
        "location @sign_in > return 302 https://auth.example.org/outpost.goauthentik.io/start?rd=$scheme://$asked_host$request_uri",
      );
      expect(text).not.toContain("Authorization");
    });

    test("Traefik asks the proxy before the outpost, where there is one", async () => {
      const file = siteWith(
        "wiki",
        {},
        {
          platform: {
            namespace: "identity",
            secret: { from: "existing", name: "env" },
            database: { host: "db" },
            authProxy: { responseHeaders: ["X-Team"], emergency: { from: "existing", name: "emergency" } },
          },
        },
      );
      const { parts } = await snippet(["wiki", "--for", "traefik"], file);
      expect(parts[0]?.text).toContain(": identity-auth-proxy@kubernetescrd");
      const [middleware] = parseAllDocuments(parts[1]?.text ?? "");
      expect(middleware?.toJS()).toMatchObject({
        spec: {
          forwardAuth: {
            address: "http://auth-proxy.identity.svc:9000/outpost.goauthentik.io/auth/traefik",
            authResponseHeaders: expect.arrayContaining(["Authorization", "X-Team", "X-Auth-Fallback"]) as unknown,
          },
        },
      });
    });

    test("a route for signing in where authentik makes no Ingress", async () => {
      const outposts = { managed: { edge: { namespace: "edge", ingress: "none" } } };
      const file = siteWith("wiki", { outpost: "edge" }, { outposts });
      const { parts } = await snippet(["wiki", "--for", "traefik"], file);
      const [, route] = parseAllDocuments(parts[1]?.text ?? "");
      const { spec } = route?.toJS() as { spec: { routes: object[] } };
      expect(spec.routes[1]).toEqual({
        kind: "Rule",
        match: "Host(`wiki.example.org`) && PathPrefix(`/outpost.goauthentik.io/`)",
        services: [{ name: "ak-outpost-edge", namespace: "edge", port: 9000 }],
      });
    });

    test("a restricted host is asked about by itself", async () => {
      const { parts } = await snippet(["traefik.example.org", "--for", "traefik"]);
      expect(parts[1]?.text).toContain("match: Host(`traefik.example.org`)\n");
    });

    test("a host with a port, and one over HTTP, as nginx and Traefik name them", async () => {
      const file = siteWith("wiki", { externalHost: "https://wiki.example.org:8443" });
      const secure = directives(partOf(await snippet(["wiki", "--for", "nginx"], file), "wiki.example.org.conf"));
      expect(secure).toEqual(
        expect.arrayContaining([
          "server > listen 8443 ssl",
          "server > server_name wiki.example.org",
          "server > ssl_certificate /etc/nginx/tls/wiki.example.org.crt",
        ]),
      );
      expect((await snippet(["wiki.example.org", "--for", "traefik"], file)).parts[1]?.text).toContain(
        "match: Host(`wiki.example.org`)\n",
      );
      const plain = siteWith("wiki", { externalHost: "http://wiki.example.org" });
      const text = partOf(await snippet(["wiki", "--for", "nginx"], plain), "wiki.example.org.conf");
      expect(directives(text)).toContain("server > listen 80");
      expect(text).not.toContain("ssl");
      const [, route] = parseAllDocuments((await snippet(["wiki", "--for", "traefik"], plain)).parts[1]?.text ?? "");
      expect((route?.toJS() as { spec: object }).spec).toMatchObject({ entryPoints: ["web"] });
      expect((route?.toJS() as { spec: object }).spec).not.toHaveProperty("tls");
    });

    test("what an outpost passes on itself is asked about by nobody", async () => {
      expect(await app(["passed", "--for", "nginx"])).toMatchObject({
        code: 2,
        stderr:
          'app: --for must name what asks an outpost, got "nginx" for passed, which authentik\'s outpost passes on itself; let the Ingress lead to ak-outpost-authentik-embedded-outpost.authentik.svc:9000\n',
      });
      const { stdout } = await app(["passed"]);
      expect(stdout).toContain("\nIngress backend      http://ak-outpost-");
      expect(stdout).not.toContain("--for");
    });
  });
});

describe("wrong usage", () => {
  test.each([
    [["grafan"], 'app: must be an app of the site or a restricted host, got "grafan"; did you mean "grafana"?'],
    [
      ["--list", "grafana", "--for", "nginx"],
      "app: --list must stand alone, got grafana --for nginx beside it; leave one of the two out",
    ],
    [["--for", "nginx"], "app: --for and --live must stand beside an app, got none; app --list names them"],
    [["--live"], "app: --for and --live must stand beside an app, got none; app --list names them"],
  ])("%j", async (args, message) => {
    expect(await app(args)).toMatchObject({ code: 2, stdout: "", stderr: `${message}\n` });
    expect((await app([...args, "--json"])).json()).toEqual({ error: message, exitCode: 2 });
  });

  test("a client nobody knows", async () => {
    expect((await app(["grafana", "--for", "gitea"])).code).toBe(2);
  });

  test("a site that is wrong is told whole", async () => {
    const ran = await app(["grafana"], writeSite({ authentik: {} }));
    expect(ran).toMatchObject({ code: 1, stdout: "" });
    expect(ran.stderr).toMatch(/^site\.js has 2 problems:\n/);
  });
});

describe("--live", () => {
  let server: AuthentikServer;
  let fresh: State;
  beforeAll(async () => {
    server = await startAuthentik({ withDefaults: true, version: "2026.5.6" });
    fresh = server.state();
  });
  afterAll(() => server.stop());
  afterEach(() => {
    server.faults.clear();
    server.load(fresh);
  });

  const uris = [
    {
      url: "https://grafana.example.org/login/generic_oauth",
      matching_mode: "strict",
      redirect_uri_type: "authorization",
    },
    { url: "https://grafana.example.org/logout", matching_mode: "strict", redirect_uri_type: "logout" },
  ];

  function provide(clientId = "grafana", more: Readonly<Record<string, unknown>> = {}): void {
    const flow = server.objects("flows/instances")[0]?.pk;
    server.add("providers/oauth2", {
      name: `provider of ${clientId}`,
      client_id: clientId,
      authorization_flow: flow,
      invalidation_flow: flow,
      redirect_uris: uris,
      ...more,
    });
  }

  function live(args: readonly string[] = ["grafana"], token = server.token): Promise<Ran> {
    const file = appSite({ authentik: { url: server.url, apiToken: { from: "env" } } });
    return runCli(["app", ...args, "--live"], { AUTHENTIK_SITE: file, AUTHENTIK_TOKEN: token });
  }

  test("authentik agrees", async () => {
    provide();
    const ran = await live();
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    expect(ran.stdout).toMatch(/\n\nauthentik has the client as the site says\n$/);
    expect((await live(["grafana", "--json"])).json()).toMatchObject({ live: { agrees: true, disagreements: [] } });
  });

  test("of many clients, the one that is meant", async () => {
    for (let index = 0; index < 120; index += 1) provide(`grafana-${index}`, { redirect_uris: [] });
    provide();
    expect((await live()).code).toBe(0);
  });

  test("authentik does not know the client", async () => {
    const message =
      'apps.grafana: clientId must be known to authentik, got no provider with "grafana"; run npm run deploy';
    const ran = await live();
    expect(ran.code).toBe(1);
    expect(ran.stdout).toContain(`\n\n${message}\n`);
    const json = await live(["grafana", "--json"]);
    expect(json.code).toBe(1);
    expect(json.json()).toMatchObject({ live: { agrees: false, disagreements: [message] } });
  });

  test("authentik has it otherwise", async () => {
    const further = { url: "^https://old/.*$", matching_mode: "regex", redirect_uri_type: "authorization" };
    provide("grafana", { client_type: "public", redirect_uris: [uris[0], further] });
    expect((await live()).stdout).toContain(
      [
        'apps.grafana: clientType must be "confidential" in authentik too, got "public"; run npm run deploy',
        'apps.grafana: redirectUris must be in authentik too, got none for "https://grafana.example.org/logout" (strict, logout); run npm run deploy',
        'apps.grafana: redirectUris must hold all that authentik allows, got "^https://old/.*$" (regex, authorization) there alone; add it to the site, or run npm run deploy to take it away',
      ].join("\n"),
    );
  });

  test("only a client of OpenID Connect can be asked about", async () => {
    expect(await live(["wiki"])).toMatchObject({
      code: 2,
      stderr:
        'app: --live must stand beside an app of kind "oidc", got "forward-auth"; npm run diff compares the others\n',
    });
  });

  test.each<[string, Fault]>([
    ["asked too much", { status: 429, headers: { "Retry-After": "0" } }],
    ["cut off", { cut: "before" }],
    ["not up", { status: 503 }],
  ])("an authentik that is %s for a moment is asked again", async (_, fault) => {
    provide();
    server.script({ path: "/providers/oauth2/", ...fault });
    expect((await live()).code).toBe(0);
  });

  test("a token that may not look", async () => {
    server.script({ path: "/providers/oauth2/", status: 403, body: { detail: "You do not have permission." } });
    const ran = await live();
    expect(ran).toMatchObject({ code: 1, stdout: "" });
    expect(ran.stderr).toContain("got 403 (You do not have permission.); give the token's account the right to it\n");
    expect((await live(["grafana"], "wrong")).code).toBe(1);
  });

  test("what takes long is told", async () => {
    provide();
    server.script({ path: "/providers/oauth2/", slow: 1200 });
    expect((await live()).stderr).toMatch(/^asking authentik …\nasking authentik: done after 1 s\n$/);
  });

  test("no token", async () => {
    const file = appSite({ authentik: { url: server.url, apiToken: { from: "env" } } });
    const ran = await runCli(["app", "grafana", "--live"], { AUTHENTIK_SITE: file });
    expect(ran).toMatchObject({ code: 1, stdout: "" });
    expect(ran.stderr).toMatch(/^authentik: AUTHENTIK_TOKEN must hold an API token, got nothing; /);
  });
});
