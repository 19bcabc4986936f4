import { AssetType, TerraformAsset } from "cdktf";
import type { Construct } from "constructs";
import type { Refusal } from "./refusal";

/** Where a release's chart is. */
export type ChartSource =
  | {
      readonly from: "repository";
      /** URL of the repository.  @default "https://charts.goauthentik.io" */
      readonly url?: string;
    }
  | {
      readonly from: "oci";
      /** Registry and path above the chart, such as `oci://registry.example.org/charts`. */
      readonly url: string;
    }
  | {
      readonly from: "file";
      /** Absolute path of `authentik-<version>.tgz`; it is copied into the stack's folder. */
      readonly path: string;
    };

/** What of a chart's source Helm would not look at. */
export function checkChart(chart: Partial<ChartSource> | undefined, version: string | undefined): Refusal[] {
  if (chart?.from !== "file" || chart.path === undefined || version === undefined) return [];
  const name = chart.path.split(/[\\/]/).at(-1) ?? "";
  const wanted = `authentik-${version}.tgz`;
  if (name === wanted) return [];
  const text = `must name ${wanted}, the file \`helm pull\` makes, got "${name}"; Helm asks a file for no version, so take the one of version.chart`;
  return [{ code: "AK046", field: "chart.path", text }];
}

/** The release's arguments that say where its chart is. */
export function chartArguments(
  scope: Construct,
  chart: ChartSource = { from: "repository" },
  version: string,
): { readonly chart: string; readonly repository?: string; readonly version?: string } {
  if (chart.from === "file") {
    const { path } = new TerraformAsset(scope, "chart", { path: chart.path, type: AssetType.FILE });
    return { chart: `./${path}` };
  }
  const repository = chart.url ?? "https://charts.goauthentik.io";
  return { repository, chart: "authentik", version };
}
