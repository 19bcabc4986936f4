import type { Loose } from "./lenient";
import { looksLikeToken, show } from "./problems";
import type { Problem } from "./problems";
import { clashes, entries, problem, unknownName } from "./rule";
import type { LooseSite, Path } from "./rule";
import type { VaultRef } from "./schema";

/** Every Vault reference of a site with its place. */
export function vaultRefs(
  site: Pick<LooseSite, "authentik" | "platform" | "apps" | "sources">,
): { path: Path; ref: Loose<VaultRef> }[] {
  const { apiToken, bootstrap } = site.authentik ?? {};
  const { secret, database, smtp, authProxy } = site.platform ?? {};
  const found: [Path, Loose<VaultRef> | undefined][] = [
    [["authentik", "apiToken", "ref"], apiToken?.from === "vault" ? apiToken.ref : undefined],
    [["authentik", "bootstrap", "token"], bootstrap?.token],
    [["authentik", "bootstrap", "password"], bootstrap?.password],
    [["platform", "secret", "secretKey"], secret?.from === "vault" ? secret.secretKey : undefined],
    [["platform", "database", "password"], database?.password],
    [["platform", "smtp", "password"], smtp?.password],
    [
      ["platform", "authProxy", "emergency", "htpasswd"],
      authProxy?.emergency?.from === "vault" ? authProxy.emergency.htpasswd : undefined,
    ],
    ...entries(site.apps).map(([key, app]): [Path, Loose<VaultRef> | undefined] => [
      ["apps", key, "clientSecret"],
      app.kind === "oidc" ? app.clientSecret : undefined,
    ]),
    ...entries(site.sources).map(([key, source]): [Path, Loose<VaultRef> | undefined] => [
      ["sources", key, "clientSecret"],
      source.clientSecret,
    ]),
  ];
  return found.flatMap(([path, ref]) => (ref === undefined ? [] : [{ path, ref }]));
}

/** Where secrets are: that each place exists, is read in the right way, and is nobody else's. */
export function checkVault(site: LooseSite): Problem[] {
  const refs = vaultRefs(site);
  const published = publications(site);
  const all = [...refs, ...published];
  if (site.vault === undefined) {
    return all.map(({ path }) =>
      problem("AK014", path, "must have a Vault to be in, got a site without one; describe it under vault"),
    );
  }
  const mounts = (site.vault.mounts ?? []).filter((mount) => mount !== undefined);
  const unknown = all.flatMap(({ path, ref }) =>
    ref.mount === undefined || mounts.includes(ref.mount)
      ? []
      : [unknownName([...path, "mount"], "one of vault.mounts", ref.mount, mounts)],
  );
  return [...unknown, ...checkStateBoundary(refs), ...checkPublication(refs, published)];
}

interface Publication {
  readonly path: Path;
  readonly ref: { readonly mount?: string | undefined; readonly path?: string | undefined };
}

/** Where Terraform writes what an app has to know. */
function publications(site: LooseSite): Publication[] {
  return entries(site.apps).flatMap(([key, app]): Publication[] => {
    const reader = app.kind === "oidc" ? app.directoryReader?.publishTo : undefined;
    const own = app.kind === "oidc" || app.kind === "ldap" ? app.publishTo : undefined;
    return [
      ...(own === undefined ? [] : [{ path: ["apps", key, "publishTo"], ref: own }]),
      ...(reader === undefined ? [] : [{ path: ["apps", key, "directoryReader", "publishTo"], ref: reader }]),
    ];
  });
}

/** The client secret of an app or source reaches the state together with all else its Vault path holds. */
function checkStateBoundary(refs: readonly { path: Path; ref: Loose<VaultRef> }[]): Problem[] {
  const reachesState = ({ path: [section] }: { path: Path }): boolean => section === "apps" || section === "sources";
  const stored = refs.filter(reachesState);
  const guarded = refs.filter((ref) => !reachesState(ref));
  return stored.flatMap(({ path, ref }) => {
    const beside = guarded.find((other) => other.ref.mount === ref.mount && other.ref.path === ref.path);
    if (beside === undefined) return [];
    const text = `must be a path of its own, got ${show(ref.path)}, which also holds ${beside.path.map(String).join(".")}; Terraform stores a client secret's whole path in its state, so move one of them`;
    return [problem("AK013", [...path, "path"], text)];
  });
}

/** Publishing replaces whatever its path held. */
function checkPublication(
  refs: readonly { path: Path; ref: Loose<VaultRef> }[],
  published: readonly Publication[],
): Problem[] {
  const overwritten = published.flatMap(({ path, ref }) => {
    const victim = refs.find((other) => other.ref.mount === ref.mount && other.ref.path === ref.path);
    if (victim === undefined) return [];
    return [
      problem(
        "AK016",
        [...path, "path"],
        `must be a path nothing else uses, got ${show(ref.path)}, which holds ${victim.path.map(String).join(".")}; publishing would overwrite it`,
      ),
    ];
  });
  return [
    ...overwritten,
    ...clashes(
      "Vault path",
      published.map(({ path, ref }) => [path, `${ref.mount ?? ""}/${ref.path ?? ""}`]),
    ),
  ];
}

/** Passwords that would reach no pod, or that a pod would miss. */
export function checkSecret({ platform, authentik }: LooseSite): Problem[] {
  if (platform === undefined) {
    if (authentik?.bootstrap === undefined) return [];
    const text = "must not be given without a platform, whose worker alone reads it; remove it";
    return [problem("AK017", ["authentik", "bootstrap"], text)];
  }
  switch (platform.secret?.from) {
    case "vault":
      return missingPassword(platform);
    case "existing":
      return misplacedPasswords(platform, (section) => {
        const variable = `AUTHENTIK_${section === "smtp" ? "EMAIL" : "POSTGRESQL"}__PASSWORD`;
        return `must not be given beside an existing Secret, which would not hold it; put ${variable} into that Secret and remove it here`;
      });
    case "external-secret":
      return [
        ...misplacedPasswords(
          platform,
          (section) =>
            `must not be given beside an ExternalSecret, which would not hold it; name its place in the store in secret.${section}Password and remove it here`,
        ),
        ...checkBootstraps(platform, authentik),
      ];
    case undefined:
      return [];
  }
}

type LoosePlatform = NonNullable<LooseSite["platform"]>;

function missingPassword({ database }: LoosePlatform): Problem[] {
  if (database === undefined || database.password !== undefined) return [];
  return [
    problem(
      "AK017",
      ["platform", "database", "password"],
      'must be given when the Secret is made from Vault, got nothing; name its place in Vault, or say secret: { from: "existing" }',
    ),
  ];
}

function misplacedPasswords(platform: LoosePlatform, text: (section: string) => string): Problem[] {
  return (["database", "smtp"] as const).flatMap((section) =>
    platform[section]?.password === undefined
      ? []
      : [problem("AK017", ["platform", section, "password"], text(section))],
  );
}

/** The first start's secrets come from one place. */
function checkBootstraps({ secret }: LoosePlatform, authentik: LooseSite["authentik"]): Problem[] {
  if (secret?.from !== "external-secret" || secret.bootstrap === undefined) return [];
  if (authentik?.bootstrap === undefined) return [];
  const text = "must not be given beside platform.secret.bootstrap, got both; remove one of them";
  return [problem("AK017", ["authentik", "bootstrap"], text)];
}

/** Credentials typed where anybody can read them, anywhere in the site or users.json, as values or as keys. */
export function checkCredentials(value: unknown, path: Path = [], above: ReadonlySet<unknown> = new Set()): Problem[] {
  if (typeof value === "string") return looksLikeToken(value) ? [credential(path)] : [];
  if (typeof value !== "object" || value === null || above.has(value)) return [];
  const within = new Set(above).add(value);
  return Object.entries(value).flatMap(([key, inner]) => {
    const place = [...path, key];
    return [...(looksLikeToken(key) ? [credential(place)] : []), ...checkCredentials(inner, place, within)];
  });
}

function credential(path: Path): Problem {
  return problem(
    "AK005",
    path,
    "must not be a credential, got one (not shown); revoke it, put a new one into Vault and name its place",
  );
}

/** A backend's credentials would be written into the JSON. */
export function checkBackendSecrets(backend: { readonly arguments: object } | undefined): Problem[] {
  if (backend === undefined) return [];
  const named = Object.entries(backend.arguments)
    .filter(
      ([name, value]) =>
        typeof value === "string" &&
        /(password|secret|token|access_key|conn_str)/.test(name) &&
        name !== "secret_suffix",
    )
    .map(([name]) =>
      problem(
        "AK004",
        ["backend", name],
        "must not stand in the file, got a literal (not shown); give it in the environment or with terraform init -backend-config",
      ),
    );
  return named.length > 0 ? named : checkCredentials(backend.arguments, ["backend"]);
}
