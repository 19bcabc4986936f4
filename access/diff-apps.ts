import type { Accesses } from "./cause";
import { byKey, lifetimeChanges, textChange } from "./changes";
import type { SettingChange } from "./diff";
import { ofNumbers, ofPresence } from "./effect";
import { pairs } from "./pair";
import type { App, RedirectUri, VaultPath } from "./world";
import { openTo } from "./words";

/** What is different about apps. Who can open them is told by people and groups. */
export function appChanges(accesses: Accesses): SettingChange[] {
  const worlds = [accesses[0].world, accesses[1].world] as const;
  return pairs<App>(
    worlds,
    ({ apps }) => apps,
    ({ slug }) => slug,
  ).flatMap(([before, after]) => {
    const name = (after ?? before)?.name ?? "";
    if (before === undefined || after === undefined) {
      return textChange(
        { area: "apps", subject: name, what: "" },
        [before && presence(before), after && presence(after)],
        "none",
      );
    }
    return [...ruleChanges(accesses, before, after), ...providerChanges(before, after)];
  });
}

function presence(app: App): string {
  return `open to ${openTo(app)}`;
}

function ruleChanges([was, is]: Accesses, before: App, after: App): SettingChange[] {
  const place = { area: "apps", subject: after.name } as const;
  const asks = was.deciders(before).join("\n") === is.deciders(after).join("\n") ? "none" : "either";
  return [
    ...textChange({ ...place, what: "name" }, [before.name, after.name], "none"),
    ...textChange({ ...place, what: "slug" }, [before.slug, after.slug], "none"),
    ...textChange({ ...place, what: "open to" }, [openTo(before), openTo(after)], asks),
    ...textChange({ ...place, what: "host" }, [hostText(before), hostText(after)], "none"),
    ...textChange({ ...place, what: "outposts" }, [outpostText(before), outpostText(after)], "none"),
    ...lists(place, "Vault", [before.vault.map(vaultText), after.vault.map(vaultText)], () => "none"),
  ];
}

function providerChanges({ provider: before }: App, { name, provider: after }: App): SettingChange[] {
  const place = { area: "apps", subject: name } as const;
  const open = [before?.openPaths, after?.openPaths] as const;
  return [
    ...textChange({ ...place, what: "kind" }, [before?.kind, after?.kind], "either"),
    ...clientChange(place, before?.clientType, after?.clientType),
    ...textChange({ ...place, what: "paths without a sign-in" }, open, ofPresence(...open)),
    ...lists(
      place,
      "redirect URI",
      [before?.redirectUris.map(redirectText) ?? [], after?.redirectUris.map(redirectText) ?? []],
      ofPresence,
    ),
    ...lifetimeChanges("apps", [before?.lifetimes ?? [], after?.lifetimes ?? []], (what) => ({ subject: name, what })),
  ];
}

type Place = Pick<SettingChange, "area" | "subject">;

/** A public client has no secret. */
function clientChange(place: Place, before: string | undefined, after: string | undefined): SettingChange[] {
  const openness = (type: string | undefined): number | undefined =>
    type === undefined ? undefined : Number(type === "public");
  return textChange({ ...place, what: "client" }, [before, after], ofNumbers(openness(before), openness(after)));
}

function lists(
  place: Place,
  what: string,
  texts: readonly [readonly string[], readonly string[]],
  effect: typeof ofPresence,
): SettingChange[] {
  return byKey(texts, (text) => text).flatMap(({ before, after }) =>
    textChange({ ...place, what }, [before, after], effect(before, after)),
  );
}

function hostText({ host }: App): string | undefined {
  if (host === undefined) return undefined;
  return host.isDomain ? `every other host of ${host.host}` : host.host;
}

function outpostText({ host }: App): string | undefined {
  return host === undefined ? undefined : host.outposts.join(", ") || "none, so nothing answers";
}

function redirectText({ url, matching, type }: RedirectUri): string {
  const notes = [...(matching === "strict" ? [] : [matching]), ...(type === "authorization" ? [] : [type])];
  return notes.length === 0 ? url : `${url} (${notes.join(", ")})`;
}

function vaultText({ mount, path, use }: VaultPath): string {
  return `${use === "read" ? "secret read from" : "credentials written to"} ${mount}/${path}`;
}
