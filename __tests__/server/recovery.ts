import { badRequest } from "./answer";
import { collectionAt } from "./collections";
import { secret, sha256 } from "./ids";
import type { Stored, Values } from "./store";
import { asText } from "./text";
import type { World } from "./world";

/** The brand that answers at the server's address: the one with the longest domain that it ends in, else the default. */
function brandOf({ store, url }: World): Stored | undefined {
  const { host } = new URL(url);
  const brands = store.all("core/brands");
  const domain = (brand: Stored): string => asText(brand["domain"]).toLowerCase();
  const [match] = brands
    .filter((brand) => host.endsWith(domain(brand)))
    .sort((a, b) => domain(b).length - domain(a).length);
  return match ?? brands.find((brand) => brand["default"] === true);
}

const FLOWS = [
  "flow_authentication",
  "flow_device_code",
  "flow_invalidation",
  "flow_lockdown",
  "flow_recovery",
  "flow_unenrollment",
  "flow_user_settings",
] as const;

/** The brand at the server's address, as everybody may see it. */
export function currentBrand(world: World): Values {
  const brand = brandOf(world);
  const flows = FLOWS.flatMap((name) => {
    const flow = world.store.get(["flows/instances"], brand?.[name]);
    return flow === undefined ? [] : [[name, flow["slug"]] as const];
  });
  return {
    ...Object.fromEntries(flows),
    branding_custom_css: "",
    branding_favicon: "/static/dist/assets/icons/icon.png",
    branding_favicon_themed_urls: null,
    branding_logo: "/static/dist/assets/icons/icon_left_brand.svg",
    branding_logo_themed_urls: null,
    branding_title: "authentik",
    default_locale: "",
    flags: {
      core_default_app_access: true,
      enterprise_audit_include_expanded_diff: false,
      flows_continuous_login: true,
      flows_refresh_others: false,
      ...(world.settings["flags"] as Values),
    },
    matched_domain: brand?.["domain"] ?? "fallback",
    ui_footer_links: [],
    ui_theme: "automatic",
  };
}

const UNITS: Readonly<Record<string, number>> = { weeks: 604_800, days: 86_400, hours: 3600, minutes: 60, seconds: 1 };

function after(moment: string, duration: string): string {
  const seconds = duration
    .split(";")
    .map((part) => part.split("="))
    .reduce((sum, [unit = "", count]) => sum + (UNITS[unit] ?? 0) * Number(count), 0);
  return new Date(Date.parse(moment) + seconds * 1000).toISOString();
}

/** A link that signs its person in; one that was made before is the same link, with another end. */
export function recoveryLink(world: World, user: Stored, duration: unknown): string {
  const { store, url } = world;
  const flow = store.get(["flows/instances"], brandOf(world)?.["flow_recovery"]);
  if (flow === undefined) throw badRequest({ non_field_errors: "No recovery flow set." });
  if (flow["authentication"] === "require_authenticated") {
    throw badRequest({ non_field_errors: "Recovery flow not applicable to user" });
  }
  const identifier = `${sha256(`user/${user.pk}`)}-password-reset`;
  const expires = after(world.now, asText(duration ?? world.settings["default_token_duration"]));
  const key = secret(`recovery/${user.pk}`, 60);
  const [known] = store.having("core/tokens", "identifier", identifier);
  if (known !== undefined) world.change(collectionAt("core/tokens"), known, { expires });
  else world.add("core/tokens", { identifier, intent: "recovery", user: user.pk, expiring: true, expires, key });
  return `${url}/if/flow/${asText(flow["slug"])}/?flow_token=${key}`;
}

/** Sends the link by e-mail, which nobody gets here. */
export function recoveryEmail(world: World, user: Stored, { email_stage: stage, token_duration }: Values): void {
  if (asText(user["email"] ?? "") === "") {
    throw badRequest({ non_field_errors: "User does not have an email address set." });
  }
  if (world.store.get(["stages/email"], stage) === undefined) {
    throw badRequest({ non_field_errors: "Email stage not found." });
  }
  recoveryLink(world, user, token_duration);
}
