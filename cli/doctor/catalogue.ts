/** Every check, in the order they are told, with what it proves. */
export const CATALOGUE = {
  reach: { group: "authentik", title: "authentik answers and takes the token" },
  version: { group: "authentik", title: "server and outposts run the version of the site" },
  brand: { group: "authentik", title: "the public host shows the brand that is for it" },
  "break-glass": { group: "authentik", title: "authentik's own login opens, and akadmin may do everything" },
  "bootstrap-token": { group: "authentik", title: "the token of the first start is no longer taken" },
  "adopted-login": { group: "authentik", title: "the adopted login asks for the password once" },
  oidc: { group: "authentik", title: "every OIDC app has signing keys, and the issuer it was told" },
  expiry: { group: "authentik", title: "no certificate or token in use ends within 30 days" },
  orphans: { group: "authentik", title: "no flow, stage or policy is left over" },
  "outpost-endpoints": { group: "outposts", title: "requests reach as many pods as the site says" },
  "outpost-selector": { group: "outposts", title: "each outpost's Service chooses its pods, and no others" },
  "outpost-mode": { group: "outposts", title: "outposts report to authentik, and keep sessions where they should" },
  "outpost-shm": { group: "outposts", title: "the outpost's pods have memory of their own at /dev/shm" },
  "outpost-sessions": { group: "outposts", title: "a sign-in at an outpost lasts as long as the site says" },
  edge: { group: "outposts", title: "hosts behind an outpost send strangers to authentik" },
  "host-access": { group: "outposts", title: "restricted hosts are answered by providers of their own" },
  lookups: { group: "delivery", title: "everything the stacks look up is there" },
  plan: { group: "delivery", title: "a plan changes nothing" },
} as const satisfies Readonly<Record<string, { readonly group: string; readonly title: string }>>;

export type CheckId = keyof typeof CATALOGUE;

/** The ids of all checks, in the order they are told. */
export const CHECK_IDS = Object.keys(CATALOGUE) as readonly CheckId[];
