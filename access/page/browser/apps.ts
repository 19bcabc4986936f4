import { readable } from "../../sign-in";
import type { App, VaultPath } from "../../world";
import { openTo } from "../../words";
import type { Model } from "../model";
import { el, lines, name, section, table } from "./dom";
import type { Child } from "./dom";
import { number } from "./filters";

/** Every app: who it is open to, where it sends people, how long its sign-ins last, where its secrets are. */
export function appsSection(model: Model): HTMLElement {
  const columns = new Map(
    model.columns.flatMap((column) => column.opening?.apps.map((app) => [app.slug, column]) ?? []),
  );
  const rows = model.world.apps.map((app): Child[] => {
    const column = columns.get(app.slug);
    return [
      title(app),
      el("div", {}, name(openTo(app)), app.match === "all" && el("span", { class: "note" }, "all of these")),
      column === undefined ? "–" : people(model.count(column)),
      el("div", {}, ...where(app)),
      el("div", {}, ...lifetimes(app)),
      lines(app.vault.map(vaultText), { class: "lines code" }),
    ];
  });
  const head = ["App", "Open to", "People", "Answers at, or sends people back to", "Lasts", "Vault paths"];
  return section("apps", "Apps", table("Apps", head, rows, { class: "apps" }));
}

function title({ slug, name: called, section: heading, provider }: App): HTMLElement {
  const kinds: Readonly<Record<string, string>> = { oauth2: "OpenID Connect", proxy: "forward auth", ldap: "LDAP" };
  const kind = provider === undefined ? "link" : (kinds[provider.kind] ?? provider.kind);
  const parts = [kind, ...(provider?.clientType === "public" ? ["public client"] : []), ...(heading ? [heading] : [])];
  return el(
    "div",
    { id: `app-${slug}`, class: "app" },
    name(called),
    el("span", { class: "aside" }, parts.join(" · ")),
  );
}

function people({ open, atLogin }: { readonly open: number; readonly atLogin: number }): HTMLElement {
  return el(
    "div",
    { class: "numbers" },
    number(open),
    atLogin > 0 && el("span", { class: "aside" }, `${number(atLogin)} at login`),
  );
}

function where({ host, provider }: App): Child[] {
  const uris = provider?.redirectUris ?? [];
  const texts = uris.map(({ url, matching, type }) => {
    const notes = [...(matching === "strict" ? [] : [matching]), ...(type === "authorization" ? [] : [type])];
    return notes.length === 0 ? url : `${url} (${notes.join(", ")})`;
  });
  const at = host && (host.isDomain ? `every other host of ${host.host}` : host.host);
  const by = host && (host.outposts.length === 0 ? "no outpost serves it" : `by ${host.outposts.join(", ")}`);
  return [
    lines([...(at === undefined ? [] : [at]), ...texts], { class: "lines code" }),
    by !== undefined && el("span", { class: "aside" }, by),
    provider?.openPaths !== undefined &&
      el("div", { class: "warn" }, "Open without a sign-in: ", name(provider.openPaths, { class: "code" })),
  ];
}

function lifetimes({ provider }: App): Child[] {
  const given = provider?.lifetimes ?? [];
  if (given.length === 0) return [el("span", { class: "none" }, "–")];
  const items = given.flatMap((one) => [el("dt", {}, name(one.what)), el("dd", {}, readable(one))]);
  return [el("dl", { class: "lasts" }, ...items)];
}

function vaultText({ mount, path, use }: VaultPath): string {
  return `${mount}/${path} (${use})`;
}
