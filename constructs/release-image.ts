import type { ChartValues } from "./chart-values";
import type { Refusal } from "./refusal";

/** The image of server and worker. */
export interface ReleaseImage {
  /** Registry and name.  @default "ghcr.io/goauthentik/server" */
  readonly repository?: string;
  /** The version of authentik, or that and a dash and the name of a build.  @default - the version of authentik */
  readonly tag?: string;
  /** The one image that is meant, `sha256:…`; it wins over the tag.  @default - what the tag says */
  readonly digest?: string;
  /** Existing Secrets that let the cluster pull it.  @default [] */
  readonly pullSecrets?: readonly string[];
}

/** An image of another version than everything else here is made for. */
export function checkImage(image: ReleaseImage | undefined, server: string | undefined): Refusal[] {
  const { tag } = image ?? {};
  if (tag === undefined || server === undefined || tag === server || tag.startsWith(`${server}-`)) return [];
  const text = `must be version.server or a build of it, got "${tag}", which is not ${server}; correct one of the two`;
  return [{ code: "AK047", field: "image.tag", text, waivable: true }];
}

/** The image as values below `global`. */
export function imageValues({
  image = {},
  serverVersion,
  chartVersion,
}: {
  readonly image?: ReleaseImage;
  readonly serverVersion?: string;
  readonly chartVersion?: string;
}): ChartValues {
  const { repository, digest, pullSecrets = [] } = image;
  // The chart takes the server of its own version.
  const tag = image.tag ?? (serverVersion === chartVersion ? undefined : serverVersion);
  const given = Object.entries({ repository, tag, digest }).filter(([, value]) => value !== undefined);
  return {
    ...(given.length > 0 && { image: Object.fromEntries(given) }),
    ...(pullSecrets.length > 0 && { imagePullSecrets: pullSecrets.map((name) => ({ name })) }),
  };
}
