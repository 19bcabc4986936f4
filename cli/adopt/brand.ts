import { brand as shape } from "../../config/login-shape";
import type { SiteInput } from "../../config/schema";
import { BACKGROUND } from "./flows";
import type { Instance } from "./instance";
import { NOTHING, read, unsaid } from "./reading";
import type { Reading } from "./reading";

type Brand = NonNullable<SiteInput["brand"]>;

/** Pictures where nobody chose others. */
const LOGO = "/static/dist/assets/icons/icon_left_brand.svg";
const FAVICON = "/static/dist/assets/icons/icon.png";

/** The host that an instance is at. */
export function hostOf(instance: Instance): string | undefined {
  return URL.canParse(instance.url) ? new URL(instance.url).hostname : undefined;
}

/** How an instance looks at the host it is at. */
export function brandOf(instance: Instance): Reading<Brand> {
  const host = hostOf(instance);
  const [live] = host === undefined ? [] : instance.having("core/brands", "domain", host);
  if (live === undefined) return NOTHING;
  const what = `brand ${host ?? ""}`;
  const { port } = new URL(instance.url);
  if (port !== "") return unsaid(what, `must be at the usual port, got ${port}, at which authentik does not show it`);
  const chosen = (field: string, usual: string): unknown => (live[field] === usual ? undefined : live[field]);
  return read(what, shape, {
    title: live.branding_title,
    logo: chosen("branding_logo", LOGO),
    favicon: chosen("branding_favicon", FAVICON),
    background: chosen("branding_default_flow_background", BACKGROUND),
    customCss: chosen("branding_custom_css", ""),
    attributes: live.attributes,
  });
}
